FROM node:22
ARG NPM_TOKEN
WORKDIR /app
RUN --mount=type=secret,id=npmrc,target=/app/.npmrc,required=true \
    npm ci
RUN echo "//r/:_authToken=${NPM_TOKEN}" > .npmrc && npm install x
