FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y gcc && useradd -m app && mkdir -p /data && chown app /data
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt && chown -R app /app
RUN apt-get install -y curl
USER app
CMD ["python", "app.py"]
