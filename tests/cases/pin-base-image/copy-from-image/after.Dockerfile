FROM scratch
COPY --from=nginx:1.31-trixie /etc/nginx/nginx.conf /
COPY --link --from=busybox:1.38 /bin/sh /bin/sh
