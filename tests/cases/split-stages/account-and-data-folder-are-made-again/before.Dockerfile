FROM golang:1.19-bookworm
RUN groupadd -r store && useradd -r -g store store \
    && mkdir -p /var/lib/store \
    && chown store:store /var/lib/store
VOLUME ["/var/lib/store"]
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/store .
USER store
CMD ["store", "-data", "/var/lib/store"]
