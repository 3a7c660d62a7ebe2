FROM golang:1.22 AS build
WORKDIR /app
COPY . .
RUN go build -o store .

FROM gcr.io/distroless/base-debian12:nonroot AS store
WORKDIR /app
COPY --from=build /app/store ./
USER 0:0
CMD ["./store"]
