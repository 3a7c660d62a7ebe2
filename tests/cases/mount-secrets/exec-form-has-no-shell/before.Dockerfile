FROM node:22-alpine
ARG NPM_TOKEN
COPY package.json .npmrc ./
RUN ["npm", "install"]
