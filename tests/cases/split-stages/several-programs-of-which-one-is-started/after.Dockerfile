FROM golang:1.19-bookworm AS build
WORKDIR /src
COPY . .
RUN go build -o /out/ ./cmd/...

FROM debian:bookworm-slim
WORKDIR /src
COPY --from=build /out/serve /out/serve
ENTRYPOINT ["/out/serve"]
