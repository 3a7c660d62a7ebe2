FROM python:3.14-trixie AS a
FROM python:3.14-trixie AS b
COPY --from=python:3.14-trixie /x /x
