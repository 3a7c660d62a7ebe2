FROM python:3.12-slim
WORKDIR /app
COPY app.py .
RUN groupadd --system --gid 3000 app \
    && useradd --system --uid 2000 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 2000:3000
CMD ["python", "app.py"]
