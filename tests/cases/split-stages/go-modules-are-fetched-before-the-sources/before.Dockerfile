FROM golang:1.22

WORKDIR /app

COPY . .

# with the proxy of the builder
RUN go mod download

RUN go build -o shop .

CMD ["./shop"]
