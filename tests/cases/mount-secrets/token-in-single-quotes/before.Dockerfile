# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN wget --header='Authorization: Bearer 0a1b2c3d4e5f60718293' https://example.com/x
