FROM python:3.12-slim
CMD ["python", "/app/app.py"]
COPY app.py /app/app.py