FROM python:3.12-slim
WORKDIR /app
COPY app.py .
RUN pip install gunicorn
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && mkdir -p /var/log/gunicorn \
    && touch /run/gunicorn.pid \
    && chown 10001:10001 /run/gunicorn.pid /var/log/gunicorn
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["gunicorn", "--pid", "/run/gunicorn.pid", "--access-logfile", "/var/log/gunicorn/access.log", "app:app"]
