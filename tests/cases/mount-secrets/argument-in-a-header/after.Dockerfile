# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN apk add --no-cache curl
RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN,required=true \
    curl -H "Authorization: token ${GITHUB_TOKEN}" -o /tool https://api.github.com/repos/acme/tool/tarball
