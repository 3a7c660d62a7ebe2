FROM python:3.13-slim
COPY gcp-key.json /app/gcp-key.json
ENV GOOGLE_APPLICATION_CREDENTIALS=/app/gcp-key.json
CMD ["python", "app.py"]
