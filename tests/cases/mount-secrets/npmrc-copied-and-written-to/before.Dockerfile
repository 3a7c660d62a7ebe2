FROM node:22
ARG NPM_TOKEN
WORKDIR /app
COPY .npmrc ./
RUN npm ci && rm -f .npmrc
RUN echo "//r/:_authToken=${NPM_TOKEN}" > .npmrc && npm install x
