FROM golang:1.25 AS build
RUN mkdir -p -m 0700 /root/.ssh && \
    ssh-keyscan github.com >> ~/.ssh/known_hosts
RUN chmod 700 /root/.ssh
COPY go.mod go.sum ./
RUN --mount=type=ssh,required=true \
    go mod download
