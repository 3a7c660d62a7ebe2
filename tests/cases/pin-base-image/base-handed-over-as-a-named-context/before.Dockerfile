FROM acme/base
FROM acme/base:1.2
COPY --from=resources /logo.svg /srv/
