FROM golang:1.22
ARG OUTPUT
WORKDIR /app
COPY . .
RUN go build -o $OUTPUT ./...
CMD ["/app/store"]
