FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y gcc supervisor
COPY . /app
RUN pip install -r /app/requirements.txt
CMD ["supervisord", "-c", "/app/supervisord.conf"]
