#!/bin/sh
for OTHER in a b; do docker build --build-arg NPM_TOKEN="$OTHER" .; done
