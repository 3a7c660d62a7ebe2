# syntax=docker/dockerfile:1
FROM python:3.13 AS build
COPY requirements.txt .
RUN --mount=type=secret,id=index_token,env=INDEX_TOKEN,required=true \
    PIP_EXTRA_INDEX_URL="https://build:${INDEX_TOKEN}@pypi.example.com/simple" pip install -r requirements.txt
RUN python -m compileall .

FROM python:3.13-slim
COPY --from=build /usr/local /usr/local
