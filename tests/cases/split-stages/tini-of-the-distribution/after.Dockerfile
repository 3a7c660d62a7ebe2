FROM golang:1.22-alpine3.22 AS build
RUN apk add --no-cache git tini
WORKDIR /app
COPY . .
RUN go build -o store .
RUN chmod +x store

FROM alpine:3.22
RUN apk add --no-cache ca-certificates tini
WORKDIR /app
COPY --from=build /app/store ./
ENTRYPOINT ["/sbin/tini", "--", "/app/store"]
