FROM node:22-alpine
WORKDIR /app
COPY package.json .npmrc ./
RUN npm install && rm .npmrc
