#!/bin/sh
docker build --build-arg NPM_TOKEN=`cat token` .
