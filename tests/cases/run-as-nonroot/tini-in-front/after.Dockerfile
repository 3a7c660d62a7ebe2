FROM node:22-slim
RUN apt-get update && apt-get install -y tini
WORKDIR /app
COPY server.js .
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
ENTRYPOINT ["tini", "--"]
CMD ["node", "server.js"]
