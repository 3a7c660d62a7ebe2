# syntax=docker/dockerfile:1
FROM node:22-alpine

COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    npm install
