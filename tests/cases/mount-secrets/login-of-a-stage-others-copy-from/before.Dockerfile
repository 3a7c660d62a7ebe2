# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
ARG GITHUB_TOKEN
RUN git config --global url."https://x:${GITHUB_TOKEN}@github.com".insteadOf "https://github.com" && go install github.com/acme/tool@v1.0.0

FROM scratch
COPY --from=build /go/bin/tool /tool
