FROM python:3.12-slim
WORKDIR /app
COPY app.py .
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:8000')"
CMD ["python", "app.py"]
