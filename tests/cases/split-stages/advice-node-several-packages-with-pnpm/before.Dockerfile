FROM node:22
RUN corepack enable
WORKDIR /srv/desk
COPY . .
RUN pnpm install --frozen-lockfile && pnpm run build
CMD ["node", "dist/main.js"]
