#!/usr/bin/env bash
cd "$(dirname "$0")/.."
docker build -t root .
(cd a && docker build -t a .)
docker build -t root-again .
cd a/b || exit 1
docker build -t b .
cd - && docker build -t unknown .
pushd /tmp; popd
