ARG GO=1.22
FROM golang:1.22-bookworm AS build
WORKDIR /src
COPY . .
RUN go build -o /usr/local/bin/tally .

FROM golang:${GO}-bookworm
COPY --from=build /usr/local/bin/tally /usr/local/bin/tally
ENTRYPOINT ["/usr/local/bin/tally"]
