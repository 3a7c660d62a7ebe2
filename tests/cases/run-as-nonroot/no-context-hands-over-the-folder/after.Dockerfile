FROM node:22
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY --chown=1000:1000 . .
RUN chown 1000:1000 /app
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
CMD ["node", "server.js"]
