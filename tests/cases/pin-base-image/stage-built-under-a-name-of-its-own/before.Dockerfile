FROM scratch AS base
COPY a /a
FROM acme/base:dev
COPY b /b
