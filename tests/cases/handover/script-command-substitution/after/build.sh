#!/bin/sh
NPM_TOKEN="$(pass show npm)" docker build --secret id=npm_token,env=NPM_TOKEN -t web . && docker push web
