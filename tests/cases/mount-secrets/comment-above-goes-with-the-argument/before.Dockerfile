# syntax=docker/dockerfile:1
FROM node:22-alpine

# read access to our packages
ARG NPM_TOKEN

COPY package.json .npmrc ./
RUN npm install
