# syntax=docker/dockerfile:1
FROM node:22 AS build
ENV NPM_TOKEN=npm_000000000000000000000000000000000000
COPY package.json .npmrc ./
RUN npm install

FROM node:22-slim
COPY --from=build /app /app
