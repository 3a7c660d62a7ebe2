#!/bin/sh
unset NPM_TOKEN
docker build --build-arg NPM_TOKEN=$NPM_TOKEN .
