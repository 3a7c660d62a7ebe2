FROM golang:1.19-bookworm
WORKDIR /go/src/beacon
COPY . .
RUN go install ./cmd/beacon
USER 1000:1000
CMD ["beacon", "-config", "/go/src/beacon/etc/beacon.conf"]
