FROM node:22-alpine
WORKDIR /usr/src/app
COPY . .
RUN npm ci --omit=dev
RUN mkdir -p /usr/src/app/uploads \
    && chown 1000:1000 /usr/src/app/uploads
# node, by number: Kubernetes' runAsNonRoot can't check names
USER 1000:1000
VOLUME /usr/src/app/uploads
EXPOSE 3000
CMD ["node", "server.js"]
