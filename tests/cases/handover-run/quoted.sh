#!/bin/sh
docker build --build-arg NPM_TOKEN="$NPM_TOKEN" --build-arg A=b .
