#!/bin/sh
NPM_TOKEN=${NPM_TOKEN:?set it} docker build --secret id=npm_token,env=NPM_TOKEN -t web .
