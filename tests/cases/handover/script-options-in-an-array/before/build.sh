#!/bin/bash
args=(--build-arg NPM_TOKEN=$NPM_TOKEN)
docker build "${args[@]}" -t web .
