# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN --mount=type=secret,id=curl_password,env=CURL_PASSWORD,required=true \
    apk add --no-cache curl && curl -u build:"${CURL_PASSWORD}" -o /x https://nexus.example.com/x
