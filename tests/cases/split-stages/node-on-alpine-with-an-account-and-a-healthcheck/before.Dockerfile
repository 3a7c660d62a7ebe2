FROM node:20-alpine
# people of the desk
RUN addgroup -S desk && adduser -S desk -G desk
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build && chown -R desk:desk /app
ENV NODE_ENV=production
USER desk
EXPOSE 3000
HEALTHCHECK CMD wget -qO- http://127.0.0.1:3000/ || exit 1
ENTRYPOINT ["node", "dist/server.js"]
