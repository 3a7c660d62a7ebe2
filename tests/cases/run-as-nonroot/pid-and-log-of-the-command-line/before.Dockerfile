FROM python:3.12-slim
WORKDIR /app
COPY app.py .
RUN pip install gunicorn
CMD ["gunicorn", "--pid", "/run/gunicorn.pid", "--access-logfile", "/var/log/gunicorn/access.log", "app:app"]
