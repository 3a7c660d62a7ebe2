FROM python:3.12-slim
ADD --chown=10001:10001 https://example.org/tini /usr/local/bin/tini
RUN chmod +x /usr/local/bin/tini
WORKDIR /app
COPY app.py .
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
ENTRYPOINT ["tini", "--"]
CMD ["python", "app.py"]
