FROM python:3.12-slim
WORKDIR /app
COPY app.py entrypoint.sh ./
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && mkdir -p /app/tmp \
    && chown 10001:10001 /app/tmp
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
ENTRYPOINT ["./entrypoint.sh"]
CMD ["python", "app.py"]
