FROM node:22-alpine
WORKDIR /app
COPY package.json ./
COPY .npmrc .npmrc
RUN npm install && \
    rm -f .npmrc && \
    npm cache clean --force
