# orders, kept in PostgreSQL
FROM python:3.12-slim-bookworm

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

# the program
COPY . .

EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "app:app"]
