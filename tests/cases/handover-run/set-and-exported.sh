#!/bin/sh
export OTHER=ab
docker build --build-arg NPM_TOKEN=$OTHER .
