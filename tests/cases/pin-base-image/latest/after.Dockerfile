FROM node:26-trixie
RUN npm ci
