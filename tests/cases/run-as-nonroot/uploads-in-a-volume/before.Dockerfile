FROM node:22-alpine
WORKDIR /usr/src/app
COPY . .
RUN npm ci --omit=dev
VOLUME /usr/src/app/uploads
EXPOSE 3000
CMD ["node", "server.js"]
