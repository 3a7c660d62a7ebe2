FROM python:3.12-slim
COPY app.py /srv/app.py
CMD ["python", "/srv/app.py"]
