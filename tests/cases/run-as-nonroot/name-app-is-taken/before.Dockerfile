FROM python:3.12-slim
RUN groupadd app
WORKDIR /srv
COPY app.py .
CMD ["python", "app.py"]
