FROM golang:1.22
WORKDIR /src
COPY . .
RUN go build -o /out/store .
CMD ["/usr/bin/other-store"]
