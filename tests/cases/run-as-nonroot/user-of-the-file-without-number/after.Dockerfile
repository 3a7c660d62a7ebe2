FROM python:3.12-slim
RUN useradd --create-home shop
WORKDIR /home/shop
COPY app.py .
USER shop
CMD ["python", "app.py"]
