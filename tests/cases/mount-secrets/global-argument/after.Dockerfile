# syntax=docker/dockerfile:1
ARG NODE=22

FROM node:${NODE} AS build
WORKDIR /app
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    npm install
