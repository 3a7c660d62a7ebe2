# syntax=docker/dockerfile:1
FROM alpine/git AS source
RUN git clone https://build:ghp_000000000000000000000000000000000000@github.com/acme/lib.git /lib
