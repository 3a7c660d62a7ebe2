FROM node:22-alpine
USER node
WORKDIR /home/node
COPY package.json .npmrc ./
RUN --mount=type=secret,id=npm_token,mode=0444,required=true \
    NPM_TOKEN="$(cat /run/secrets/npm_token)" npm install
