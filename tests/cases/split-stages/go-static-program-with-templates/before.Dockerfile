# syntax=docker/dockerfile:1
FROM golang:1.22-alpine AS app

# the version that /about shows
ARG VERSION=dev
LABEL org.opencontainers.image.version=$VERSION

ENV CGO_ENABLED=0 \
    GOFLAGS=-mod=readonly
ENV LISTEN=:8080

WORKDIR /src
EXPOSE 8080
COPY go.mod ./
RUN go mod download
COPY . .
RUN go build -ldflags "-X main.version=$VERSION" -o /usr/local/bin/shop .

# served by the load balancer's name
HEALTHCHECK NONE
ENTRYPOINT ["shop"]
