FROM registry.example.org/build/go:7
WORKDIR /app
COPY . .
RUN go build -o store .
CMD ["/app/store"]
