FROM node:22
RUN userdel -r node
WORKDIR /app
COPY server.js .
CMD ["node", "server.js"]
