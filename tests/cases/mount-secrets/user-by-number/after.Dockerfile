FROM node:22-alpine
USER 1000
WORKDIR /home/node
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,uid=1000,required=true \
    NPM_TOKEN="$(cat /run/secrets/npm_token)" npm install
