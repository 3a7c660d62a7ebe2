FROM python:3.14 AS build
FROM --platform=$BUILDPLATFORM debian:bookworm AS tools
FROM --platform=$TARGETPLATFORM debian:bookworm AS base
FROM alpine:3.22.1
COPY --from=base /etc/hostname /etc/hostname
