FROM node:22-alpine
COPY package.json .npmrc ./
RUN npm install
