#!/bin/sh
export TOKEN=$(cat ~/.npm_token)
docker build --secret id=npm_token,env=TOKEN -t web .
