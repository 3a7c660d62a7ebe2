FROM node:22
WORKDIR /app
COPY package.json server.js ./
RUN npm install --omit=dev
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
CMD ["node", "server.js"]
