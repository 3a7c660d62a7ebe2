FROM golang:1.19
WORKDIR /app
COPY . .
ENV DSN=sqlite://db/seed.sqlite?mode=ro
RUN go build -o app .
CMD ["./app"]
