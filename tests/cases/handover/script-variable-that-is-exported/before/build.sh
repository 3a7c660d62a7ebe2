#!/bin/sh
export TOKEN=$(cat ~/.npm_token)
docker build --build-arg "NPM_TOKEN=${TOKEN}" -t web .
