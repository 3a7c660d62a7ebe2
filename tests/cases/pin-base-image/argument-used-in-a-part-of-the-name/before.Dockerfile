ARG REGISTRY=docker.io
FROM ${REGISTRY}/library/python
