# syntax=docker/dockerfile:1
FROM node:22
ARG NPM_TOKEN
WORKDIR /app
RUN echo "@acme:registry=https://npm.example.com" > .npmrc
RUN echo "//npm.example.com/:_authToken=${NPM_TOKEN}" >> .npmrc
COPY package.json ./
RUN npm install
