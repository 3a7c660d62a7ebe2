FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y gcc
RUN useradd app
WORKDIR /app
COPY --chown=app . .
COPY extra extra
RUN pip install -e .
CMD ["python", "app.py"]
