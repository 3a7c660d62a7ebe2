#!/bin/sh
OTHER="a b"
docker build --build-arg NPM_TOKEN="$OTHER" .
