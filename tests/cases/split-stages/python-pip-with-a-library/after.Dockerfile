# orders, kept in PostgreSQL
FROM python:3.12-slim-bookworm AS build

ENV PYTHONUNBUFFERED=1

# psycopg2 is compiled here
RUN apt-get update && apt-get install -y --no-install-recommends \
        build-essential=12.9 \
        libpq-dev \
        libxml2-dev \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/orders

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1

RUN apt-get update \
        && apt-get install -y --no-install-recommends libatomic1 libgomp1 libpq5 libxml2 \
        && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/orders
COPY --from=build /usr/local /usr/local

# the program
COPY . .

EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
