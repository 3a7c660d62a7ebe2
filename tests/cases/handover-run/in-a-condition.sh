#!/bin/sh
if docker build --build-arg NPM_TOKEN=$NPM_TOKEN .; then echo yes; fi
