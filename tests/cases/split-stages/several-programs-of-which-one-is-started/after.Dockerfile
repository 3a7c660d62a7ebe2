FROM golang:1.19-bookworm AS build
WORKDIR /src
COPY . .
RUN go build -o /out/ ./cmd/...

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /src
COPY --from=build /out/serve /out/serve
USER 0:0
ENTRYPOINT ["/out/serve"]
