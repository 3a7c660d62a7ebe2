#!/bin/sh
set -eu
docker build \
  --build-arg NPM_TOKEN="$NPM_TOKEN" \
  --build-arg VERSION="${VERSION:-1}" \
  -t web .
