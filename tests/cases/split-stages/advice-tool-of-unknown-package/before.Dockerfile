FROM golang:1.22
WORKDIR /app
COPY . .
RUN go build -o store .
HEALTHCHECK CMD grpc_health_probe -addr=:8080
CMD ["/app/store"]
