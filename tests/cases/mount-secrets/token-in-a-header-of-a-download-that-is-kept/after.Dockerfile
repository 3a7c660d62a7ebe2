# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN --mount=type=secret,id=api_token,env=API_TOKEN,required=true \
    apk add --no-cache curl jq \
    && curl -fsSL -H "Authorization: token ${API_TOKEN}" https://api.acme.example/releases | jq -r .url > /tmp/url \
    && curl -fsSL -H "Authorization: token ${API_TOKEN}" "$(cat /tmp/url)" > /usr/local/bin/tool
