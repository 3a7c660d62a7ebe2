# syntax=docker/dockerfile:1
FROM node:22 AS build
ARG NPM_TOKEN
ENV NODE_ENV=production \
    NPM_TOKEN=${NPM_TOKEN} \
    CI=1
COPY package.json .npmrc ./
RUN npm install

FROM node:22-slim
COPY --from=build /app /app
