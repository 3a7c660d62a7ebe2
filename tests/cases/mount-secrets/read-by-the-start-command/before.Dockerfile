# syntax=docker/dockerfile:1
FROM node:22
ARG NPM_TOKEN
ENV NPM_TOKEN=$NPM_TOKEN
COPY package.json .npmrc ./
RUN npm install
CMD npm publish --token=$NPM_TOKEN
