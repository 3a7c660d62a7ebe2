FROM node:16
WORKDIR /app
COPY package*.json .npmrc ./
RUN --mount=type=secret,id=npm_token,required=true \
    NPM_TOKEN="$(cat /run/secrets/npm_token)" npm ci
COPY . .
RUN --mount=type=secret,id=npm_token,required=true \
    NPM_TOKEN="$(cat /run/secrets/npm_token)" npm run build
EXPOSE 3000
CMD ["node", "dist/index.js"]
