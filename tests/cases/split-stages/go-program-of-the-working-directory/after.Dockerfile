FROM golang:1.19 AS build

WORKDIR /go/src/convert
COPY . .

RUN go test ./... && go build -o convert .

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /go/src/convert
COPY --from=build /go/src/convert/convert ./
USER 0:0

ENV PORT=18010
EXPOSE 18010

CMD ["./convert"]