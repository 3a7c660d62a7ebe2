FROM golang:1.22-bookworm
WORKDIR /app
ADD pages.tar.gz .
COPY *.go go.mod ./
RUN go build -o store .
CMD ["/app/store"]
