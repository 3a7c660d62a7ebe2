FROM alpine:3.20
RUN apk add --no-cache python3
WORKDIR /srv
COPY app.py .
RUN addgroup -S -g 10001 app \
    && adduser -S -D -u 10001 -G app -s /sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["/bin/sh", "-c", "exec python3 app.py"]
