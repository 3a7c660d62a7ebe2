FROM python:3.12-slim
ENV HOME=/srv/shop
WORKDIR /srv/shop
COPY app.py .
CMD ["python", "app.py"]
