# syntax=docker/dockerfile:1
FROM golang:1.22-alpine AS build

# the version that /about shows
ARG VERSION=dev

ENV CGO_ENABLED=0 \
    GOFLAGS=-mod=readonly
ENV LISTEN=:8080

WORKDIR /src
COPY go.mod ./
RUN go mod download
COPY . .
RUN go build -ldflags "-X main.version=$VERSION" -o /usr/local/bin/shop .

FROM gcr.io/distroless/static-debian13:nonroot AS app
ARG VERSION=dev
ENV LISTEN=:8080
WORKDIR /src
COPY --from=build /usr/local/bin/shop /usr/local/bin/shop
COPY --from=build /src/static /src/static
COPY --from=build /src/templates /src/templates
USER 0:0
LABEL org.opencontainers.image.version=$VERSION
EXPOSE 8080

# served by the load balancer's name
HEALTHCHECK NONE
ENTRYPOINT ["shop"]
