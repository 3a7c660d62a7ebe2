FROM python:3.12-slim AS base
WORKDIR /app
COPY app.py .

FROM base AS dev
RUN pip install pytest
CMD ["python", "app.py"]
