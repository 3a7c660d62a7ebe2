FROM python:3.12-slim
COPY app.py /app/
# harden: ignore[run-as-nonroot] reads the host's journal
CMD ["python", "/app/app.py"]
