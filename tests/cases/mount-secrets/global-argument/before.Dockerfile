# syntax=docker/dockerfile:1
ARG NPM_TOKEN
ARG NODE=22

FROM node:${NODE} AS build
ARG NPM_TOKEN
WORKDIR /app
COPY package.json .npmrc ./
RUN npm install
