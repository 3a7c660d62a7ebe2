FROM python:3.12-slim AS web
WORKDIR /app
COPY app.py .
CMD ["python", "app.py"]

FROM web AS debug
RUN apt-get update && apt-get install -y --no-install-recommends gdb
