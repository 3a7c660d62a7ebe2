#!/bin/sh
for name in web api; do
  docker build --build-arg NPM_TOKEN=$NPM_TOKEN -t $name -f $name.Dockerfile .
done
