#!/bin/bash
docker build ${OPTIONS:-"--build-arg NPM_TOKEN=npm_0123456789"} -t web .
docker build --build-arg "$NAME=npm_0123456789" -t web .
