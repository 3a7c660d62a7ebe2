FROM golang:1.22-bookworm AS build
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

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/store ./
COPY --from=build /app/rates.csv /app/rates.csv
COPY --from=build /etc/store.conf /etc/store.conf
COPY --from=build /usr/local/bin/entrypoint.sh /usr/local/bin/entrypoint.sh
ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]
CMD ["/app/store"]
