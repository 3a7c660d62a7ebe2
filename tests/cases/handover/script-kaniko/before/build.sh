#!/bin/sh
/kaniko/executor --context . --dockerfile Dockerfile --build-arg NPM_TOKEN=$NPM_TOKEN --destination web
