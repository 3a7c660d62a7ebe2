FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y nginx-light
COPY html /var/www/html
RUN mkdir -p /var/lib/nginx /var/log/nginx \
    && touch /var/run/nginx.pid \
    && chown 33:33 /var/run/nginx.pid \
    && chown -R 33:33 /var/lib/nginx /var/log/nginx
# www-data, by number: Kubernetes' runAsNonRoot can't check names
USER 33:33
CMD ["nginx", "-g", "daemon off;"]
