FROM golang:1.22-bookworm AS build
WORKDIR /src
COPY . .
RUN go build -o /bin/hello .

FROM golang:1.22-bookworm
COPY --from=build /bin/hello /bin/hello
ENTRYPOINT ["/bin/hello"]
