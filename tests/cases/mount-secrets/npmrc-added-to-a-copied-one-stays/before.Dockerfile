# syntax=docker/dockerfile:1
FROM node:22
ARG NPM_TOKEN
WORKDIR /app
COPY .npmrc package.json ./
RUN echo "//npm.example.com/:_authToken=${NPM_TOKEN}" >> .npmrc
RUN npm install
