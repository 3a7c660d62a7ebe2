FROM python:3.13-slim
ARG DB_PASSWORD
ENV DB_PASSWORD=$DB_PASSWORD
COPY app.py .
CMD ["python", "app.py"]
