FROM nginx:1.27
COPY nginx.conf /etc/nginx/nginx.conf
RUN mkdir -p /run/web /var/cache/nginx /var/cache/web /var/lib/nginx /var/log/nginx /var/log/web \
    && chown 101:101 /run/web /var/log/web \
    && chown -R 101:101 /var/cache/nginx /var/cache/web /var/lib/nginx /var/log/nginx
# nginx, by number: Kubernetes' runAsNonRoot can't check names
USER 101:101
