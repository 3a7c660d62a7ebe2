FROM python:3.13-slim
RUN pip install --extra-index-url https://build:hunter2hunter2@pypi.example.com/simple acme
