FROM node:20
WORKDIR /app
COPY . .
RUN cd client && npm ci && npm run build
WORKDIR /app/server
RUN npm ci
CMD ["node", "index.js"]
