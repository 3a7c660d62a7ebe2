# syntax=docker/dockerfile:1
FROM node:22 AS deps
ARG NPM_TOKEN
WORKDIR /app
COPY package.json .npmrc ./
RUN npm install

FROM node:22 AS prod
ARG NPM_TOKEN
WORKDIR /app
COPY package.json .npmrc ./
RUN npm install --omit=dev

FROM node:22-slim
COPY --from=prod /app /app
CMD ["node", "/app/index.js"]
