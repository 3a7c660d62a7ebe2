FROM python:3.12-slim
ENV HOME=/root
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
