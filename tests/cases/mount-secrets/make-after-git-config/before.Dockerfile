# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
ARG GITHUB_TOKEN
RUN git config --global url."https://x:$GITHUB_TOKEN@github.com/".insteadOf "https://github.com/"
COPY . .
RUN make install
