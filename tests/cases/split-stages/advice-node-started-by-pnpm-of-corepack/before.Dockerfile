FROM node:22
WORKDIR /srv/desk
COPY . .
RUN corepack enable && pnpm install --frozen-lockfile && pnpm run build
CMD ["pnpm", "start"]
