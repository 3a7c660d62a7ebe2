FROM python:3.12-slim
RUN groupadd -g 999 shop && useradd -u 999 -g shop shop
WORKDIR /app
COPY app.py .
# shop, by number: Kubernetes' runAsNonRoot can't check names
USER 999:999
CMD ["python", "app.py"]
