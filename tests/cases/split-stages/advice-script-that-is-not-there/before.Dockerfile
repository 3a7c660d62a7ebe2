FROM golang:1.22
WORKDIR /app
COPY . .
RUN go build -o store .
ENTRYPOINT ["/usr/local/bin/wait-for.sh", "/app/store"]
