FROM node:20 AS build
WORKDIR /app
COPY . .
RUN cd client && npm ci && npm run build
WORKDIR /app/server
RUN npm ci
RUN npm prune --omit=dev

FROM node:20-slim
WORKDIR /app/server
COPY --from=build /app /app
CMD ["node", "index.js"]
