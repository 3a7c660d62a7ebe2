# syntax=docker/dockerfile:1
FROM alpine:3.20
ARG VERSION=1.2 API_TOKEN MIRROR
RUN wget --header="X-Api-Key: $API_TOKEN" https://example.com/$VERSION
