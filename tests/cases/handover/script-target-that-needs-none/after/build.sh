#!/bin/sh
docker build --target docs -t docs .
docker build --target docs -t docs \
  .
