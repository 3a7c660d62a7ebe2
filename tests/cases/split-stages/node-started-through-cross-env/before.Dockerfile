FROM node:20
ENV NPM_CONFIG_LOGLEVEL=warn
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN chown -R node:node /app
USER node
EXPOSE 18431
CMD ["npm", "start"]
