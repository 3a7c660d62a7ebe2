FROM node:20
RUN apt-get update && apt-get install -y --no-install-recommends nginx git
WORKDIR /site
COPY . .
RUN npm ci && npm run build
COPY site.conf /etc/nginx/conf.d/site.conf
EXPOSE 8080
CMD ["nginx", "-g", "daemon off;"]
