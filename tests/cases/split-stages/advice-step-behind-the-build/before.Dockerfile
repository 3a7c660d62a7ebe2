FROM golang:1.22
WORKDIR /app
COPY . .
RUN go build -o store .
RUN ./store generate-keys
CMD ["/app/store"]
