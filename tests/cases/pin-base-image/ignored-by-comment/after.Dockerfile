# harden: ignore[pin-base-image] on purpose
FROM python
FROM node:26-trixie
