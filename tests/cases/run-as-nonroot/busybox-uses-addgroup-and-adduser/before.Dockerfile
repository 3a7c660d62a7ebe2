FROM golang:1.23 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM busybox:1.36
COPY --from=build /server /bin/server
ENTRYPOINT ["/bin/server"]
