# syntax=docker/dockerfile:1
FROM alpine:3.20
ARG DB_PASSWORD
COPY app.conf /etc/app.conf
RUN sed -i "s/PASSWORD/$DB_PASSWORD/" /etc/app.conf
