ARG V=latest
FROM node:${V} AS a
FROM node:${V}
