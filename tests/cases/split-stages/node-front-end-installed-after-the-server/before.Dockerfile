FROM node:20
WORKDIR /app
COPY . .
RUN npm install
RUN cd frontend && npm install && npm run build
CMD ["node","server.js"]
