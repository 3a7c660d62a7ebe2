FROM node:lts
FROM debian:stable-slim
