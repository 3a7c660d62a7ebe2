# syntax=docker/dockerfile:1
FROM node:22 AS build
WORKDIR /app
COPY package.json ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    echo "//registry.npmjs.org/:_authToken=${NPM_TOKEN}" > .npmrc && \
    npm install && \
    rm -f .npmrc
