ARG V=latest
FROM node:${V}
ARG V
LABEL version=$V
