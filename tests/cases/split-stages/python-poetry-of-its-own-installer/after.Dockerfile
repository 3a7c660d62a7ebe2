FROM python:3.11-slim-bookworm AS build
RUN apt-get update && apt-get install -y curl build-essential
ENV POETRY_HOME=/opt/poetry POETRY_VIRTUALENVS_IN_PROJECT=true
RUN curl -sSL https://install.python-poetry.org | python3 -
ENV PATH="$POETRY_HOME/bin:$PATH"
WORKDIR /app
COPY . .
RUN poetry install

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y curl libatomic1 libgomp1 \
    && rm -rf /var/lib/apt/lists/*
ENV POETRY_HOME=/opt/poetry POETRY_VIRTUALENVS_IN_PROJECT=true
ENV PATH="$POETRY_HOME/bin:$PATH"
WORKDIR /app
COPY . .
COPY --from=build /opt/poetry /opt/poetry
COPY --from=build /app/.venv /app/.venv
CMD ["poetry", "run", "python", "main.py"]
