FROM node:22
USER node
WORKDIR /home/node/app
COPY server.js .
USER root
RUN apt-get update && apt-get install -y curl
CMD ["node", "server.js"]
