FROM mybase AS a
FROM ghcr.io/acme/base:1.2 AS b
FROM ghcr.io/acme/tools:1.2 AS c
FROM python:3.14
COPY --from=ghcr.io/acme/base:edge /a /b
