FROM alpine:3.24
RUN --mount=type=bind,from=golang,source=/usr/local/go,target=/go \
    --mount=from=busybox:latest,target=/b true
