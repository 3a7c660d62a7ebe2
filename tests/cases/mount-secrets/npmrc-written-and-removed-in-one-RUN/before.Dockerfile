# syntax=docker/dockerfile:1
FROM node:22 AS build
ARG NPM_TOKEN
WORKDIR /app
COPY package.json ./
RUN echo "//registry.npmjs.org/:_authToken=${NPM_TOKEN}" > .npmrc && \
    npm install && \
    rm -f .npmrc
