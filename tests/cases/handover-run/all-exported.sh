#!/bin/sh
set -a
OTHER=ab
docker build --build-arg NPM_TOKEN=$OTHER .
