FROM node:20 AS build
WORKDIR /app
COPY . .
RUN npm install
RUN cd frontend && npm install && npm run build
RUN npm prune --omit=dev

FROM node:20-slim
WORKDIR /app
COPY --from=build /app ./
CMD ["node","server.js"]
