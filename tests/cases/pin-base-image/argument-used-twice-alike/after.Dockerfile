ARG V=26-trixie
FROM node:${V} AS a
FROM node:${V}
