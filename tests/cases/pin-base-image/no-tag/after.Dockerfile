FROM python:3.14-trixie
