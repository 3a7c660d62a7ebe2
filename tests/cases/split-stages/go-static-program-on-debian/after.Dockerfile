FROM golang:1.19 AS build

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

FROM gcr.io/distroless/static-debian12:nonroot AS app
ARG VERSION=dev
ENV LISTEN=:8080
WORKDIR /src
COPY --from=build /usr/local/bin/shop /usr/local/bin/shop
COPY --from=build /src/static/site.css /src/static/site.css
COPY --from=build /src/templates /src/templates
USER 0:0
LABEL org.opencontainers.image.version=$VERSION
EXPOSE 8080

# served by the load balancer's name
HEALTHCHECK NONE
ENTRYPOINT ["shop"]
