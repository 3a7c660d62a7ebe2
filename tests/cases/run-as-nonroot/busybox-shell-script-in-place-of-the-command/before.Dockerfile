FROM alpine:3.20
RUN apk add --no-cache python3
WORKDIR /srv
COPY app.py .
CMD ["/bin/sh", "-c", "exec python3 app.py"]
