FROM golang:1.25 AS build
COPY id_rsa /root/.ssh/
RUN ssh-keyscan github.com >> ~/.ssh/known_hosts
RUN chmod 700 /root/.ssh
RUN chmod 600 /root/.ssh/id_rsa
COPY go.mod go.sum ./
RUN go mod download
