FROM node:22-alpine
COPY .env server.js ./
CMD ["node", "server.js"]
