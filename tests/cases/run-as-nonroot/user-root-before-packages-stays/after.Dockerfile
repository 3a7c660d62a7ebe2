FROM node:22
USER node
WORKDIR /home/node/app
COPY server.js .
USER root
RUN apt-get update && apt-get install -y curl
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
CMD ["node", "server.js"]
