FROM python:3.12-slim
RUN mkdir -p /var/lib/shop /var/log/shop && touch /var/log/shop/shop.log
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]
