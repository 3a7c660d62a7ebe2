from python:3.12-slim
workdir /app
copy app.py .
cmd ["python", "app.py"]
