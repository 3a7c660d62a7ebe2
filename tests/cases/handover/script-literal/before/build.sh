#!/bin/sh
docker build --build-arg NPM_TOKEN=npm_0123456789 -t web .
