ARG BASE=python:3.14-trixie
FROM ${BASE}
