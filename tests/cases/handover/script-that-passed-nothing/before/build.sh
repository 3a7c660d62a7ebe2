#!/bin/sh
docker build -t web .
docker build \
    -t web \
    .
