FROM node:22-slim
WORKDIR /srv
COPY package.json .npmrc ./
RUN npm install
COPY . .
CMD ["node", "server.js"]
