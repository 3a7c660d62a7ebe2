FROM node:22-alpine
USER node
WORKDIR /home/node
ARG NPM_TOKEN
COPY package.json .npmrc ./
RUN npm install
