# syntax=docker/dockerfile:1
FROM alpine:3.20
ARG VERSION=1.2 MIRROR
RUN --mount=type=secret,id=api_token,env=API_TOKEN,required=true \
    wget --header="X-Api-Key: $API_TOKEN" https://example.com/$VERSION
