FROM golang:1.23 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM alpine:3.20
WORKDIR /root/
COPY --from=build /server .
CMD ["./server"]
