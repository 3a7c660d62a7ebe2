FROM golang:1.22
WORKDIR /app
COPY . .
RUN curl -fsSL https://example.org/setup.sh | sh
RUN go build -o store .
USER deploy
CMD ["/app/store"]
