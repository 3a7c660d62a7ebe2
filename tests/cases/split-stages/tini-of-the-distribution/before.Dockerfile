FROM golang:1.22-alpine3.22
RUN apk add --no-cache git tini
WORKDIR /app
COPY . .
RUN go build -o store .
RUN chmod +x store
ENTRYPOINT ["/sbin/tini", "--", "/app/store"]
