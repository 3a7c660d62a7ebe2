ARG PYTHON=3.14
ARG BASE="debian:bookworm"
FROM python:${PYTHON} AS a
FROM python:$PYTHON AS b
FROM ${BASE}
