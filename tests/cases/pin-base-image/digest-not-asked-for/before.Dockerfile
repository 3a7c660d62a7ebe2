# harden: ignore[pin-base-image] moves on purpose
FROM python:3.14 AS a
FROM python:3.14@sha256:545ea538461003efdc8c81c244531b003f6f26cfccf6c0073b3239fdedf49446 AS b
FROM scratch
FROM b
COPY --from=a /x /y
