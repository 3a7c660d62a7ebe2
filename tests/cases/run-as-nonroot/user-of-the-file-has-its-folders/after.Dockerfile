FROM python:3.12-slim
RUN groupadd -r shop && useradd -r -g shop shop
RUN mkdir -p /app/media && chown -R shop:shop /app
WORKDIR /app
COPY . .
USER shop
CMD ["gunicorn", "shop.wsgi"]
