FROM golang:1.22-bookworm
WORKDIR /app
COPY <<EOF /etc/store.conf
site = harbour
EOF
COPY --chmod=755 <<"EOF" /usr/local/bin/entrypoint.sh
#!/bin/sh
exec "$@"
EOF
ADD https://example.org/rates.csv /app/rates.csv
COPY . .
RUN go build -o store .
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
CMD ["/app/store"]
