FROM python:3.14.1-trixie AS a
FROM python:3.14.1-trixie AS b
FROM python:3.14.1-trixie AS c
FROM debian:bookworm
