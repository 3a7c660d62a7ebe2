# syntax=docker/dockerfile:1
FROM docker:24
ARG DOCKER_PASSWORD
RUN echo "$DOCKER_PASSWORD" | docker login -u acme --password-stdin registry.acme.example && docker pull registry.acme.example/a
