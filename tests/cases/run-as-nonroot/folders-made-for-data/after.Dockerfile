FROM python:3.12-slim
RUN mkdir -p /var/lib/shop /var/log/shop && touch /var/log/shop/shop.log
WORKDIR /app
COPY app.py .
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && chown 10001:10001 /var/lib/shop \
    && chown -R 10001:10001 /var/log/shop
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python", "app.py"]
