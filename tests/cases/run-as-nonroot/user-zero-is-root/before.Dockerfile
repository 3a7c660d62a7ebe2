FROM python:3.12-slim
WORKDIR /app
COPY app.py .
USER 0:0
CMD ["python", "app.py"]
