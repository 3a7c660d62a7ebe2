ARG TARGET
FROM node:22-alpine
ARG TARGET
COPY .npmrc ${TARGET}/
RUN npm install
