# syntax=docker/dockerfile:1
FROM alpine:3.20
COPY fetch.sh /
RUN --mount=type=secret,id=deploy_token,env=DEPLOY_TOKEN,required=true \
    /fetch.sh
RUN --mount=type=secret,id=deploy_token,env=DEPLOY_TOKEN,required=true \
    make all
