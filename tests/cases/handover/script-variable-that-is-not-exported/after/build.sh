#!/bin/sh
TOKEN=$(cat ~/.npm_token)
DOCKER_BUILDKIT=1 NPM_TOKEN="$TOKEN" docker build --secret id=npm_token,env=NPM_TOKEN -t web .
