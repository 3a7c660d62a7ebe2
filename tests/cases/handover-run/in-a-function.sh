#!/bin/sh
f() { local OTHER=ab; docker build --build-arg NPM_TOKEN="$OTHER" .; }
f
