# syntax=docker/dockerfile:1
FROM golang:1.25 AS base
ARG GITLAB_TOKEN

FROM base AS build
RUN wget --header="PRIVATE-TOKEN: $GITLAB_TOKEN" https://gitlab.com/x
