FROM registry.example.org/platform/debian-python:3
RUN apt-get update && apt-get install -y libpq5
COPY app.py /app/
WORKDIR /app
ENTRYPOINT ["python3", "app.py"]
