FROM --platform=linux/s390x python:3.14 AS a
FROM --platform=linux/arm64/v8 python:3.14 AS b
FROM --platform=$BUILDPLATFORM debian:bookworm AS c
FROM debian:bookworm
