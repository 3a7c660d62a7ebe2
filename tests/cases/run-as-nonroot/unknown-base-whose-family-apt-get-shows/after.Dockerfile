FROM registry.example.org/platform/debian-python:3
RUN apt-get update && apt-get install -y libpq5
COPY app.py /app/
WORKDIR /app
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
ENTRYPOINT ["python3", "app.py"]
