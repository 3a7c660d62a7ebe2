FROM python:3.14 AS a
FROM python AS b
FROM python:3.14.1-trixie AS c
FROM debian:bookworm
