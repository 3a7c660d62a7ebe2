FROM node:22-alpine
ARG NPM_TOKEN
WORKDIR /app
COPY package.json .npmrc ./
RUN mkdir -p dist && npm install && rm -rf /tmp/cache
