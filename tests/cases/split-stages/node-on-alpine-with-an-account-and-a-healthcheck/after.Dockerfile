FROM node:20-alpine AS build
# people of the desk
RUN addgroup -S desk && adduser -S desk -G desk
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build && chown -R desk:desk /app
RUN npm prune --omit=dev

FROM node:20-alpine
RUN addgroup -S desk && adduser -S desk -G desk
WORKDIR /app
RUN chown desk:desk /app
COPY --from=build --chown=desk:desk /app/package.json ./
COPY --from=build --chown=desk:desk /app/node_modules /app/node_modules
COPY --from=build --chown=desk:desk /app/dist /app/dist
COPY --from=build --chown=desk:desk /app/pages /app/pages
ENV NODE_ENV=production
USER desk
EXPOSE 3000
HEALTHCHECK CMD wget -qO- http://127.0.0.1:3000/ || exit 1
ENTRYPOINT ["node", "dist/server.js"]
