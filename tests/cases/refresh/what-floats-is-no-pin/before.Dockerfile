FROM python
FROM python:3.14 AS a
FROM a
FROM scratch
