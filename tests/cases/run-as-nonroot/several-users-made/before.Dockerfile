FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y python3 && useradd front && useradd back
COPY app.py /app/
CMD ["python3", "/app/app.py"]
