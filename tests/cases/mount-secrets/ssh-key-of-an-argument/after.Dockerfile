# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
RUN mkdir /root/.ssh/
RUN ssh-keyscan github.com >> /root/.ssh/known_hosts
RUN git config --global url."git@github.com:".insteadOf "https://github.com/"
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=ssh,required=true \
    go mod download

FROM scratch
COPY --from=build /src /src
