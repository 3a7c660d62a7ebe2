# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
ARG GITHUB_TOKEN
RUN git config --global url."https://${GITHUB_TOKEN}@github.com/".insteadOf "https://github.com/"
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download

FROM scratch
COPY --from=build /src /src
