FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install celery
CMD ["celery", "-A", "tasks", "beat"]
