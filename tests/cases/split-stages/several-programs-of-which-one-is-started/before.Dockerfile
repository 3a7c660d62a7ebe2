FROM golang:1.19-bookworm
WORKDIR /src
COPY . .
RUN go build -o /out/ ./cmd/...
ENTRYPOINT ["/out/serve"]
