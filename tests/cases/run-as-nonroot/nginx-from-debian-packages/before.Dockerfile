FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y nginx-light
COPY html /var/www/html
CMD ["nginx", "-g", "daemon off;"]
