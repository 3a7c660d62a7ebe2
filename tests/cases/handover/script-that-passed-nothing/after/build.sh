#!/bin/sh
docker build -t web --secret id=npm_token,env=NPM_TOKEN .
docker build \
    -t web \
    --secret id=npm_token,env=NPM_TOKEN \
    .
