FROM python:3.12-slim-bookworm

RUN apt-get update && \
    apt-get install -y gcc g++ default-libmysqlclient-dev pkg-config && \
    apt-get clean

WORKDIR /code
RUN pip install poetry==1.8.3
COPY pyproject.toml poetry.lock ./
RUN poetry config virtualenvs.create false \
    && poetry install --no-root --only main --no-interaction

COPY shop ./shop

CMD ["uvicorn", "shop.main:app", "--host", "0.0.0.0"]
