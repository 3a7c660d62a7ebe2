FROM nginx:1.27
COPY html /usr/share/nginx/html
RUN mkdir -p /var/cache/nginx /var/lib/nginx /var/log/nginx \
    && touch /var/run/nginx.pid \
    && chown 101:101 /var/run/nginx.pid \
    && chown -R 101:101 /var/cache/nginx /var/lib/nginx /var/log/nginx
# nginx, by number: Kubernetes' runAsNonRoot can't check names
USER 101:101
EXPOSE 80
