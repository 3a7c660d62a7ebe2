FROM python:3.12-slim AS base
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

FROM base AS worker
COPY worker.py .
CMD ["python", "worker.py"]

FROM base AS web
COPY app.py .
EXPOSE 8000
CMD ["python", "app.py"]
