ARG V=3.14
ARG NAME=python
ARG REGISTRY=docker.io/library
ARG TAG=${V}-slim
FROM python:${V}-slim AS a
FROM ${NAME}:3.14-slim AS b
FROM python:${TAG} AS c
FROM ${REGISTRY}/python:3.14-slim
