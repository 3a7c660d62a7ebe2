#!/bin/sh
docker buildx build -t web --secret id=npmrc,src=./web/.npmrc ./web
