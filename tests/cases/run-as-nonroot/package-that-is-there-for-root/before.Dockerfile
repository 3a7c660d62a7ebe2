FROM python:3.12-slim
RUN apt-get update && apt-get install -y iptables
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
