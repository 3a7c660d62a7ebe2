# syntax=docker/dockerfile:1
FROM python:3.13-slim
ARG INDEX_USER
COPY requirements.txt .
RUN --mount=type=secret,id=index_pw,env=INDEX_PW,required=true \
    pip install --index-url "https://${INDEX_USER}:${INDEX_PW}@pypi.example.com/simple" -r requirements.txt
