FROM golang:1.19-bookworm AS build
RUN groupadd -r store && useradd -r -g store store \
    && mkdir -p /var/lib/store \
    && chown store:store /var/lib/store
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/store .

FROM debian:bookworm-slim
RUN groupadd -r store && useradd -r -g store store \
    && mkdir -p /var/lib/store \
    && chown store:store /var/lib/store
WORKDIR /src
COPY --from=build /usr/local/bin/store /usr/local/bin/store
VOLUME ["/var/lib/store"]
USER store
CMD ["store", "-data", "/var/lib/store"]
