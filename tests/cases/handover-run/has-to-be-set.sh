#!/bin/sh
docker build --build-arg NPM_TOKEN=${NOT_SET:?set it} .
