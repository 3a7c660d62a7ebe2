FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y curl build-essential
ENV POETRY_HOME=/opt/poetry POETRY_VIRTUALENVS_IN_PROJECT=true
RUN curl -sSL https://install.python-poetry.org | python3 -
ENV PATH="$POETRY_HOME/bin:$PATH"
WORKDIR /app
COPY . .
RUN poetry install
CMD ["poetry", "run", "python", "main.py"]
