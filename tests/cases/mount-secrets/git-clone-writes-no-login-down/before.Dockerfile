# syntax=docker/dockerfile:1
FROM alpine/git AS source
ARG GIT_TOKEN
RUN git clone https://oauth2:${GIT_TOKEN}@gitlab.com/acme/lib.git /lib
