#!/bin/bash
if true; then
  X=ab
fi
docker build --build-arg NPM_TOKEN="${X}" . | cat
