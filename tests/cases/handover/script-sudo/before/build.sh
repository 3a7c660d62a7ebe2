#!/bin/sh
sudo docker build --build-arg NPM_TOKEN=$NPM_TOKEN -t web .
sudo -E docker build --build-arg NPM_TOKEN=$NPM_TOKEN -t web .
