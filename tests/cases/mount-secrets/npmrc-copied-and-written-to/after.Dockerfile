FROM node:22
WORKDIR /app
RUN --mount=type=secret,id=npmrc,target=/app/.npmrc,required=true \
    npm ci
RUN --mount=type=secret,id=npm_token,required=true \
    export NPM_TOKEN="$(cat /run/secrets/npm_token)" && \
    echo "//r/:_authToken=${NPM_TOKEN}" > .npmrc && npm install x \
    && rm -f .npmrc
