FROM mybase AS a
FROM ghcr.io/acme/base:1.2 AS b
FROM ghcr.io/acme/tools:1.2@sha256:11a4a60b518bf24989d481468076e5d5982884626aed9faeb35b8576fcd223e1 AS c
FROM python:3.14
COPY --from=ghcr.io/acme/base:edge /a /b
