FROM node:22-alpine
WORKDIR /app
COPY .npmrc ./
COPY dist dist
CMD ["node", "dist"]
