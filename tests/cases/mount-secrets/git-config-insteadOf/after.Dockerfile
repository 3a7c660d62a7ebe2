# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN,required=true \
    git config --global url."https://${GITHUB_TOKEN}@github.com/".insteadOf "https://github.com/" && \
    go mod download \
    && git config --global --remove-section url."https://${GITHUB_TOKEN}@github.com/"

FROM scratch
COPY --from=build /src /src
