# syntax=docker/dockerfile:1
FROM alpine:3.20
COPY <<'END' /etc/app.conf
token=${APP_TOKEN}
END
