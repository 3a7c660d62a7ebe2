# syntax=docker/dockerfile:1
FROM python:3.13-slim
ARG INDEX_USER
ARG INDEX_PW
COPY requirements.txt .
RUN pip install --index-url "https://${INDEX_USER}:${INDEX_PW}@pypi.example.com/simple" -r requirements.txt
