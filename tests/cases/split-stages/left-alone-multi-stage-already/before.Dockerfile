FROM golang:1.22 AS build
WORKDIR /app
COPY . .
RUN go build -o /store .

FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /store /store
CMD ["/store"]
