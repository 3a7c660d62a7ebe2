ARG V=latest
FROM node:${V}
FROM python:${V}
