#!/bin/sh
docker buildx build -t web ./web
