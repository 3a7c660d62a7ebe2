FROM node:22
USER node
WORKDIR /home/node/app
COPY server.js .
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
EXPOSE 3000
CMD ["node", "server.js"]
