FROM python:3.12-slim
RUN useradd shop
COPY app.py /app/
USER shop
CMD ["python", "/app/app.py"]
