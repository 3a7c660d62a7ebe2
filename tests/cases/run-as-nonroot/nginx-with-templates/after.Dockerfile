FROM nginx:1.27-alpine
COPY default.conf.template /etc/nginx/templates/default.conf.template
COPY html /usr/share/nginx/html
RUN mkdir -p /etc/nginx/conf.d /var/cache/nginx /var/lib/nginx /var/log/nginx \
    && touch /var/run/nginx.pid \
    && chown 101:101 /var/run/nginx.pid \
    && chown -R 101:101 /etc/nginx/conf.d /var/cache/nginx /var/lib/nginx /var/log/nginx
# nginx, by number: Kubernetes' runAsNonRoot can't check names
USER 101:101
