FROM node:22-alpine
WORKDIR /app
COPY package.json .npmrc ./
RUN cp .npmrc /root/.npmrc && npm install
