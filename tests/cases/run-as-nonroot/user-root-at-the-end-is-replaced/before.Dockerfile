FROM node:22
USER node
WORKDIR /home/node/app
COPY server.js .
USER root
EXPOSE 3000
CMD ["node", "server.js"]
