FROM python:3.14.1-trixie@sha256:11a4a60b518bf24989d481468076e5d5982884626aed9faeb35b8576fcd223e1 AS build
FROM --platform=$BUILDPLATFORM debian:bookworm@sha256:81d93757457f988523814ae0009837ae893f38d3fe123f2c37896f118b4c7804 AS tools
FROM --platform=$TARGETPLATFORM debian:bookworm AS base
FROM alpine:3.22.1@sha256:81d93757457f988523814ae0009837ae893f38d3fe123f2c37896f118b4c7804
COPY --from=base /etc/hostname /etc/hostname
