FROM python:3.14.1-trixie
