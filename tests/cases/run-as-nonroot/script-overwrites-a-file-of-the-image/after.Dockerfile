FROM nginx:1.29
COPY html /usr/share/nginx/html
COPY start.sh /start.sh
RUN mkdir -p /var/cache/nginx /var/lib/nginx /var/log/nginx \
    && touch /var/run/nginx.pid \
    && chown 101:101 /usr/share/nginx/html /usr/share/nginx/html/env.js /var/run/nginx.pid \
    && chown -R 101:101 /var/cache/nginx /var/lib/nginx /var/log/nginx
# nginx, by number: Kubernetes' runAsNonRoot can't check names
USER 101:101
CMD ["/start.sh"]
