FROM python:3.12-slim
WORKDIR /root/app
COPY app.py .
CMD ["python", "app.py"]
