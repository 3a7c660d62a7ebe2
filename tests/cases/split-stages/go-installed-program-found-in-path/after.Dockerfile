FROM golang:1.19-bookworm AS build
WORKDIR /go/src/beacon
COPY . .
RUN go install ./cmd/beacon

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /go/src/beacon
COPY --from=build /go/bin/beacon /usr/local/bin/beacon
COPY --from=build /go/src/beacon/etc/beacon.conf /go/src/beacon/etc/beacon.conf
USER 1000:1000
CMD ["beacon", "-config", "/go/src/beacon/etc/beacon.conf"]
