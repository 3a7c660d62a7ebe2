#!/bin/sh
true && docker build --build-arg NPM_TOKEN=$OTHER . || false
