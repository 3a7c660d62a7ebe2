FROM node:22-alpine
USER 1000
WORKDIR /home/node
ARG NPM_TOKEN
COPY package.json .npmrc ./
RUN npm install
