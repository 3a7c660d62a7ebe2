FROM python:3.12-slim AS base
WORKDIR /app
RUN pip install flask

FROM base
COPY app.py .
CMD ["python", "app.py"]
