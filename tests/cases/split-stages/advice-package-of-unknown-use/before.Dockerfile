FROM golang:1.22
RUN apt-get update && apt-get install -y libfoo-dev
WORKDIR /app
COPY . .
RUN go build -o store .
CMD ["/app/store"]
