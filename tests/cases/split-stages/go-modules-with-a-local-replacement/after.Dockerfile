FROM golang:1.22 AS build

WORKDIR /app

COPY . .

# with the proxy of the builder
RUN go mod download

RUN go build -o shop .

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
COPY --from=build /app/shop ./
USER 0:0

CMD ["./shop"]
