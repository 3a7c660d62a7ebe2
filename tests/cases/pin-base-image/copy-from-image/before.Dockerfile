FROM scratch
COPY --from=nginx:latest /etc/nginx/nginx.conf /
COPY --link --from=busybox /bin/sh /bin/sh
