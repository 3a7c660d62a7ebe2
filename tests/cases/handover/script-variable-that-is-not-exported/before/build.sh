#!/bin/sh
TOKEN=$(cat ~/.npm_token)
DOCKER_BUILDKIT=1 docker build --build-arg NPM_TOKEN="$TOKEN" -t web .
