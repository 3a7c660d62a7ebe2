#!/bin/sh
X=ab
( cd . && docker build --build-arg NPM_TOKEN=$X . )
{ time docker build --build-arg NPM_TOKEN=$NPM_TOKEN .; } 2>/dev/null || docker build --build-arg NPM_TOKEN=$NPM_TOKEN .
