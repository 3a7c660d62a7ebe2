# syntax=docker/dockerfile:1
FROM node:22
WORKDIR /app
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \
    npm install
COPY server.js .
CMD ["node", "server.js"]
