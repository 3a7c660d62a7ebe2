FROM python:3.12-slim
RUN <<EOF
useradd --uid 4000 --create-home shop
apt-get update
EOF
WORKDIR /app
COPY app.py .
# shop, by number: Kubernetes' runAsNonRoot can't check names
USER 4000
CMD ["python", "app.py"]
