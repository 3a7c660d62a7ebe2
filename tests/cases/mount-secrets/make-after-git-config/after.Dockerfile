# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
COPY . .
RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN,required=true \
    git config --global url."https://x:$GITHUB_TOKEN@github.com/".insteadOf "https://github.com/" && \
    make install \
    && git config --global --remove-section url."https://x:$GITHUB_TOKEN@github.com/"
