FROM python:3.11-slim-bookworm

WORKDIR /bot
RUN apt-get update
RUN apt-get install -y gcc libssl-dev git
COPY Pipfile Pipfile.lock /bot/
RUN pip install pipenv && pipenv install --system --deploy
COPY . /bot

CMD python -m bot
