# syntax=docker/dockerfile:1
FROM alpine:3.20
ARG DEPLOY_TOKEN
COPY fetch.sh /
RUN /fetch.sh
RUN make all
