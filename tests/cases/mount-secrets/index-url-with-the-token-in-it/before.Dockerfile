# syntax=docker/dockerfile:1
FROM python:3.13 AS build
ARG INDEX_TOKEN
ENV PIP_EXTRA_INDEX_URL=https://build:${INDEX_TOKEN}@pypi.example.com/simple
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN python -m compileall .

FROM python:3.13-slim
COPY --from=build /usr/local /usr/local
