# syntax=docker/dockerfile:1
# docker build --build-arg NPM_TOKEN="..." -t app .
FROM node:22-alpine
ARG NPM_TOKEN
COPY package.json .npmrc ./
RUN npm install
