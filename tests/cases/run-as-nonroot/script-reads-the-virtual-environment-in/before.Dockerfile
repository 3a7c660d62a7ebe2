FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN python -m venv /venv && /venv/bin/pip install gunicorn
CMD ["./start.sh"]
