#!/bin/sh
echo ab > f
read -r OTHER < f
docker build --build-arg NPM_TOKEN=$OTHER .
