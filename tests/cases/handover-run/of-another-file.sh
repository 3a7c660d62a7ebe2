#!/bin/sh
echo OTHER=ab > f
. ./f
docker build --build-arg NPM_TOKEN=$OTHER .
