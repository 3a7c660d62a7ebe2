FROM golang:1.19-bookworm AS build

WORKDIR /build
COPY . .
RUN go build -o /usr/local/bin/store .

FROM debian:bookworm-slim
WORKDIR /build
COPY --from=build /usr/local/bin/store /usr/local/bin/store

RUN useradd --uid 1500 store && mkdir /data && chown store /data
VOLUME /data
WORKDIR /data
USER store
CMD ["store"]
