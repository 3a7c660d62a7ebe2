#!/bin/sh
NPM_TOKEN=ab
docker build --build-arg NPM_TOKEN=$NPM_TOKEN .
