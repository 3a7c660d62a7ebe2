# syntax=docker/dockerfile:1
FROM golang:1.25 AS base

FROM base AS build
RUN --mount=type=secret,id=gitlab_token,env=GITLAB_TOKEN,required=true \
    wget --header="PRIVATE-TOKEN: $GITLAB_TOKEN" https://gitlab.com/x
