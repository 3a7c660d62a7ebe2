#!/bin/sh
set -eu
NPM_TOKEN="$NPM_TOKEN" docker build \
  --secret id=npm_token,env=NPM_TOKEN \
  --build-arg VERSION="${VERSION:-1}" \
  -t web .
