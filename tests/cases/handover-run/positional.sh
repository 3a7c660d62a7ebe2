#!/bin/sh
set -- ab
docker build --build-arg NPM_TOKEN=$1 .
