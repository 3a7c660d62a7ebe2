# syntax=docker/dockerfile:1.7
FROM alpine:3.20
RUN --mount=type=secret,id=api_token,required=true \
    export API_TOKEN="$(cat /run/secrets/api_token)" && \
    wget --header="Authorization: Bearer $API_TOKEN" https://example.com/x
