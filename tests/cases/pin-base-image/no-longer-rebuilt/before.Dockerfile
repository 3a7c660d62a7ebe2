FROM node:14
FROM python:3.6-slim
