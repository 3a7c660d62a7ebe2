# syntax=docker/dockerfile:1
FROM debian:bookworm
COPY --from=python:3.14 /usr/bin/python /usr/bin/
RUN --mount=type=bind,source=node,from=node,target=/n \
    --mount=type=cache,target=/c true
