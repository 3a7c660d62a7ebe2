# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN --mount=type=secret,id=api_token,env=API_TOKEN \
    export API_TOKEN="${API_TOKEN:-}" && \
    set -eu; wget --header="Authorization: Bearer $API_TOKEN" https://example.com/x
