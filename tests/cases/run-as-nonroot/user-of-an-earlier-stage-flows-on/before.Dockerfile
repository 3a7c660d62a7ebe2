FROM python:3.12-slim AS base
RUN useradd shop
USER shop

FROM base
COPY app.py /app/
CMD ["python", "/app/app.py"]
