FROM node:20
RUN npm install -g pm2
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
EXPOSE 3000
CMD ["pm2-runtime", "dist/server.js"]
