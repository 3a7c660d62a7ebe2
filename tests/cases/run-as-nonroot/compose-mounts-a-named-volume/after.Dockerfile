FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py .
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && mkdir -p /app/uploads \
    && chown 10001:10001 /app/uploads
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python", "app.py"]
