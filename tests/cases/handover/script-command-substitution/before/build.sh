#!/bin/sh
docker build --build-arg NPM_TOKEN="$(pass show npm)" -t web . && docker push web
