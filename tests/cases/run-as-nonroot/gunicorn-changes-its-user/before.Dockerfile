FROM python:3.12-slim
WORKDIR /app
COPY app.py .
CMD ["gunicorn", "--user", "www-data", "app:app"]
