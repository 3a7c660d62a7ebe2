FROM node:20
ADD https://example.org/tini /tini
RUN chmod +x /tini
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
EXPOSE 3000
ENTRYPOINT ["/tini", "--"]
CMD ["npm", "start"]
