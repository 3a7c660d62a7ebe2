FROM python:3.12-slim
RUN groupadd app
WORKDIR /srv
COPY app.py .
RUN groupadd --system --gid 10001 appuser \
    && useradd --system --uid 10001 --gid appuser --no-log-init --create-home --shell /usr/sbin/nologin appuser
# appuser, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python", "app.py"]
