FROM alpine:3.20
RUN apk add --no-cache curl
RUN --mount=type=secret,id=github_token,required=true \
    export GITHUB_TOKEN="$(cat /run/secrets/github_token)" && \
    curl -H "Authorization: token ${GITHUB_TOKEN}" -o /tool https://api.github.com/repos/acme/tool/tarball
