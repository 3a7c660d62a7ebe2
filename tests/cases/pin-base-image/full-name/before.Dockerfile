FROM docker.io/library/python
FROM index.docker.io/library/python:latest
FROM library/python
