FROM python:3.11-slim-bookworm AS build

WORKDIR /bot
RUN apt-get update
RUN apt-get install -y gcc libssl-dev git
COPY Pipfile Pipfile.lock /bot/
RUN pip install pipenv && pipenv install --system --deploy

FROM python:3.11-slim-bookworm

WORKDIR /bot
RUN apt-get update \
    && apt-get install -y git libgomp1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /usr/local /usr/local

COPY . /bot

CMD python -m bot
