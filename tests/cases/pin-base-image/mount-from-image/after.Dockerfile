FROM alpine:3.24
RUN --mount=type=bind,from=golang:1.27-trixie,source=/usr/local/go,target=/go \
    --mount=from=busybox:1.38,target=/b true
