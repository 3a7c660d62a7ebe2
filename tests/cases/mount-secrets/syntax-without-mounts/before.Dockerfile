# syntax=docker/dockerfile:1.1
FROM alpine:3.20
ARG API_TOKEN
RUN wget --header="Authorization: Bearer $API_TOKEN" https://example.com/x
