FROM python:3.12-slim
VOLUME /data
WORKDIR /app
COPY app.py .
RUN pip install flask
CMD ["python", "app.py"]
