# syntax=docker/dockerfile:1
FROM python:3.13 AS build
ARG SSH_PRIVATE_KEY
RUN mkdir /root/.ssh/ && \
    echo "${SSH_PRIVATE_KEY}" > /root/.ssh/id_ed25519 && \
    chmod 600 /root/.ssh/id_ed25519 && \
    ssh-keyscan gitlab.example.com >> /root/.ssh/known_hosts
COPY requirements.txt .
RUN pip install -r requirements.txt
