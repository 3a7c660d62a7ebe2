FROM golang:1.25 AS build
ARG GITHUB_TOKEN
RUN echo "machine github.com login x password $GITHUB_TOKEN" > ~/.netrc
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
