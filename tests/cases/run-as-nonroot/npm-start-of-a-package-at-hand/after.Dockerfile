FROM node:22
WORKDIR /app
COPY . .
RUN npm ci
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
CMD ["npm", "start"]
