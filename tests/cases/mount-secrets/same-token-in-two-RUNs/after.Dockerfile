# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN --mount=type=secret,id=gitlab_token,env=GITLAB_TOKEN,required=true \
    wget --header="PRIVATE-TOKEN: ${GITLAB_TOKEN}" https://gitlab.com/a
RUN --mount=type=secret,id=gitlab_token,env=GITLAB_TOKEN,required=true \
    wget --header="PRIVATE-TOKEN: ${GITLAB_TOKEN}" https://gitlab.com/b
