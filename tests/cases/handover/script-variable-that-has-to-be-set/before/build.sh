#!/bin/sh
docker build --build-arg NPM_TOKEN=${NPM_TOKEN:?set it} -t web .
