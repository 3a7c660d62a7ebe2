FROM python:3.14 AS build
RUN true
FROM python
FROM ghcr.io/owner/app:latest
