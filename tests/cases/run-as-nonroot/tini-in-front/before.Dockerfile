FROM node:22-slim
RUN apt-get update && apt-get install -y tini
WORKDIR /app
COPY server.js .
ENTRYPOINT ["tini", "--"]
CMD ["node", "server.js"]
