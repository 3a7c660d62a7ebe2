FROM golang:1.25 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=secret,id=github_token,required=true \
    export GITHUB_TOKEN="$(cat /run/secrets/github_token)" && \
    echo "machine github.com login x password $GITHUB_TOKEN" > ~/.netrc && \
    go mod download \
    && rm -f ~/.netrc
