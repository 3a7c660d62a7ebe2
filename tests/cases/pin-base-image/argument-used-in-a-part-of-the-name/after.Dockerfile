ARG REGISTRY=docker.io
FROM ${REGISTRY}/library/python:3.14-trixie
