# syntax=docker/dockerfile:1.20.0@sha256:cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4
ARG V=3.14.1@sha256:cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4
FROM python:$V AS a
FROM python:3.14.1
COPY --from=node:26.1.0@sha256:cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4 /a /b
RUN --mount=from=node:26.1.0@sha256:cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4,target=/n true
