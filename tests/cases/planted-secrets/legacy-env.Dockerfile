FROM python:3.13-slim
RUN pip install acme
ENV REDIS_PASSWORD 0ldStyl3Pa55
