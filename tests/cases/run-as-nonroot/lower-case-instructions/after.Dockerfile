from python:3.12-slim
workdir /app
copy app.py .
run groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
user 10001:10001
cmd ["python", "app.py"]
