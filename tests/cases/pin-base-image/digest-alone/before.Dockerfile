FROM python:3.14 AS a
FROM python AS b
ARG X
FROM debian:bookworm
