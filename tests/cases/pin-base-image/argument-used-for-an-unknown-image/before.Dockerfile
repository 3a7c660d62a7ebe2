ARG V=latest
FROM node:${V}
FROM example/app:${V}
