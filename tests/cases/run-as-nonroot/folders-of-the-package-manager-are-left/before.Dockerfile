FROM python:3.12-slim
RUN mkdir -p /var/lib/apt/lists/partial && apt-get update
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
