FROM golang:1.22 AS dev
WORKDIR /app
COPY . .
RUN go build -o store .
CMD ["/app/store"]
