FROM python:3.12-slim
ENV HOME=/srv/shop
WORKDIR /srv/shop
COPY app.py .
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --home-dir /srv/shop --shell /usr/sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python", "app.py"]
