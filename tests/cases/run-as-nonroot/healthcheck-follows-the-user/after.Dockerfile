FROM python:3.12-slim
WORKDIR /app
COPY app.py .
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
HEALTHCHECK CMD python -c "import urllib.request; urllib.request.urlopen('http://localhost:8000')"
CMD ["python", "app.py"]
