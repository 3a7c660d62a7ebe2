# syntax=docker/dockerfile:1
FROM node:22 AS build
ARG TOKEN
ENV NODE_AUTH_TOKEN ${TOKEN}
WORKDIR /app
COPY package.json .npmrc ./
RUN npm install

FROM node:22-slim
COPY --from=build /app /app
