FROM node:22-alpine
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
RUN rm -f .npmrc
COPY server.js .
CMD ["node", "server.js"]
