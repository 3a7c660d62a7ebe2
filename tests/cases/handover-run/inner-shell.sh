#!/bin/sh
sh -c 'docker build --build-arg NPM_TOKEN=$NPM_TOKEN .'
