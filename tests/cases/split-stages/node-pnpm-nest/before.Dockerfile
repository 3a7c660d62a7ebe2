FROM node:22-bookworm
RUN npm install -g pnpm@9
WORKDIR /srv/desk
COPY package.json pnpm-lock.yaml ./
RUN pnpm install --frozen-lockfile
COPY . .
RUN pnpm run build
CMD ["node", "dist/main.js"]
