FROM node:22-bookworm AS build
RUN npm install -g pnpm@9
WORKDIR /srv/desk
COPY package.json pnpm-lock.yaml ./
RUN pnpm install --frozen-lockfile
COPY . .
RUN pnpm run build
RUN CI=true pnpm prune --prod

FROM node:22-bookworm-slim
WORKDIR /srv/desk
COPY --from=build /srv/desk/package.json ./
COPY --from=build /srv/desk/node_modules /srv/desk/node_modules
COPY --from=build /srv/desk/dist /srv/desk/dist
CMD ["node", "dist/main.js"]
