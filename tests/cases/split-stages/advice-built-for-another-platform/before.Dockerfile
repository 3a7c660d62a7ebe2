FROM golang:1.22
WORKDIR /app
COPY . .
RUN GOARCH=arm64 go build -o store .
CMD ["/app/store"]
