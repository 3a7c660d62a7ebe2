FROM docker.io/library/python:3.14-trixie
FROM index.docker.io/library/python:3.14-trixie
FROM library/python:3.14-trixie
