FROM node:22
ONBUILD COPY . /app
CMD ["node", "/app/server.js"]
