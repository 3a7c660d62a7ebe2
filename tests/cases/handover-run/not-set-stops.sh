#!/bin/sh
set -eu
docker build --build-arg NPM_TOKEN=$NOT_SET .
