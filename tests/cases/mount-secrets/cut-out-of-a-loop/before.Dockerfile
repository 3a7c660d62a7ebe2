FROM node:22-alpine
WORKDIR /app
COPY package.json .npmrc ./
RUN npm install; if [ -f .npmrc ]; then rm .npmrc; fi
