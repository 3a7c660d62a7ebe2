FROM node:latest
RUN npm ci
