# syntax=docker/dockerfile:1
FROM python:3.13 AS build
ARG INDEX_TOKEN
ENV PIP_EXTRA_INDEX_URL=https://build:${INDEX_TOKEN:-none}@pypi.example.com/simple
RUN pip install acme
