# syntax=docker/dockerfile:1
FROM python:3.13
ARG PIP_TOKEN
ARG DB_PASSWORD
ENV PIP_URLS=https://x:${PIP_TOKEN}@a.example.com,${DB_PASSWORD}
ENV DB_PASSWORD=$DB_PASSWORD
RUN pip install acme
CMD ["python", "-m", "app"]
