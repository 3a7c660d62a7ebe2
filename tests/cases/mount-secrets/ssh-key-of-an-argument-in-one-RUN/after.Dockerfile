# syntax=docker/dockerfile:1
FROM python:3.13 AS build
RUN mkdir /root/.ssh/ && \
    ssh-keyscan gitlab.example.com >> /root/.ssh/known_hosts
COPY requirements.txt .
RUN --mount=type=ssh,required=true \
    pip install -r requirements.txt
