FROM python:3.12-slim AS web
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
