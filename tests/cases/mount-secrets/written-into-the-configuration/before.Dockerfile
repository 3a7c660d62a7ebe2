# syntax=docker/dockerfile:1
FROM alpine:3.20
ARG API_TOKEN
RUN echo "token=$API_TOKEN" > /etc/app.conf
