FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends gcc wget \
    && wget -q -O /usr/local/bin/wait-for https://example.org/wait-for \
    && chmod +x /usr/local/bin/wait-for
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
ENTRYPOINT ["python", "app.py"]
