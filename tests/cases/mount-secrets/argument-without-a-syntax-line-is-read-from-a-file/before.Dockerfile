FROM node:22-alpine
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
ARG NPM_TOKEN
RUN npm ci
COPY . .
CMD ["node", "server.js"]
