#!/bin/sh
docker build --target docs --build-arg NPM_TOKEN=$NPM_TOKEN -t docs .
docker build --target docs -t docs \
  --build-arg NPM_TOKEN=$NPM_TOKEN \
  .
