# syntax=docker/dockerfile:1
FROM node:22-alpine
COPY package.json ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true npm install
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm install
RUN --mount=type=secret,id=t API_TOKEN=$(cat /run/secrets/t) npm publish
