FROM node:20 AS build
ENV NPM_CONFIG_LOGLEVEL=warn
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev

FROM node:20-slim
WORKDIR /app
RUN chown node:node /app
COPY --from=build --chown=node:node /app/package.json ./
COPY --from=build --chown=node:node /app/node_modules /app/node_modules
COPY --from=build --chown=node:node /app/dist /app/dist
COPY --from=build --chown=node:node /app/views /app/views
RUN chown -R node:node /app
USER node
EXPOSE 18431
CMD ["npm", "start"]
