ARG V
FROM node:${V:-latest}
