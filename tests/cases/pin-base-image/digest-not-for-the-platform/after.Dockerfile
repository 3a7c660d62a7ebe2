FROM --platform=linux/s390x python:3.14 AS a
FROM --platform=linux/arm64/v8 python:3.14.1-trixie@sha256:11a4a60b518bf24989d481468076e5d5982884626aed9faeb35b8576fcd223e1 AS b
FROM --platform=$BUILDPLATFORM debian:bookworm@sha256:81d93757457f988523814ae0009837ae893f38d3fe123f2c37896f118b4c7804 AS c
FROM debian:bookworm
