# syntax=docker/dockerfile:1.20.0@sha256:1cf387c012cd2d02f1923e589f86df4a4802427057dbc90f47b87f04d29d54bc
FROM debian:bookworm-20260803@sha256:81d93757457f988523814ae0009837ae893f38d3fe123f2c37896f118b4c7804
COPY --from=python:3.14.1-trixie@sha256:11a4a60b518bf24989d481468076e5d5982884626aed9faeb35b8576fcd223e1 /usr/bin/python /usr/bin/
RUN --mount=type=bind,source=node,from=node:26.1.0@sha256:545ea538461003efdc8c81c244531b003f6f26cfccf6c0073b3239fdedf49446,target=/n \
    --mount=type=cache,target=/c true
