# syntax=docker/dockerfile:1
FROM node:22 AS deps
WORKDIR /app
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    npm install

FROM node:22 AS prod
WORKDIR /app
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    npm install --omit=dev

FROM node:22-slim
COPY --from=prod /app /app
CMD ["node", "/app/index.js"]
