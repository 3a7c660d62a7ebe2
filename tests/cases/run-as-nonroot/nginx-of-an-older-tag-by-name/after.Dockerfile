FROM nginx:1.13-alpine
COPY html /usr/share/nginx/html
RUN mkdir -p /var/cache/nginx /var/lib/nginx /var/log/nginx \
    && touch /var/run/nginx.pid \
    && chown nginx /var/run/nginx.pid \
    && chown -R nginx /var/cache/nginx /var/lib/nginx /var/log/nginx
USER nginx
