#!/bin/sh
set -eu
VERSION=${VERSION:-dev}
IMAGE=acme/app
# docker build --target no
docker build --build-arg VERSION="$VERSION" --build-arg COMMIT=$(git rev-parse HEAD) \
  --secret id=npm,src="$HOME/.npmrc" --secret id=token,env=TOKEN --secret id=plain \
  --ssh default --ssh key=~/.ssh/id_ed25519 \
  --platform linux/amd64,linux/arm64 --no-cache -q -t "$IMAGE:$VERSION" -t acme/app:latest .
