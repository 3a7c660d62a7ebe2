#!/bin/sh
echo X=ab > f
set -a
. ./f
set +a
docker build --build-arg NPM_TOKEN=$X .
