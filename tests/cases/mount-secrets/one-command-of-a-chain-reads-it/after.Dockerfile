FROM node:22-alpine
WORKDIR /app
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,required=true \
    mkdir -p dist && NPM_TOKEN="$(cat /run/secrets/npm_token)" npm install && rm -rf /tmp/cache
