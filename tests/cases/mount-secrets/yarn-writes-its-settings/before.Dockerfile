FROM node:22
WORKDIR /app
COPY package.json .yarnrc.yml ./
RUN yarn config set enableTelemetry false && yarn install
