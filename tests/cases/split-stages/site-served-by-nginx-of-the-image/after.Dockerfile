FROM node:20 AS build
RUN apt-get update && apt-get install -y --no-install-recommends nginx git
WORKDIR /site
COPY . .
RUN npm ci && npm run build

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /site
COPY --from=build /site/build /site/build
COPY site.conf /etc/nginx/conf.d/site.conf
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]
