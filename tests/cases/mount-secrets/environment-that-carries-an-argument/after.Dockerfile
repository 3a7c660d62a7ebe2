# syntax=docker/dockerfile:1
FROM node:22 AS build
WORKDIR /app
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    npm install

FROM node:22-slim
COPY --from=build /app /app
