#!/bin/sh
echo A=b > f
set -a
. ./f
set +a
X=ab
docker build --build-arg NPM_TOKEN=$X .
