FROM node:18 AS build
WORKDIR /web
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile
COPY . .
RUN yarn build
RUN yarn install --production --ignore-scripts --prefer-offline

FROM node:18-slim
WORKDIR /web
COPY --from=build /web ./
EXPOSE 3000
CMD ["yarn", "start"]
