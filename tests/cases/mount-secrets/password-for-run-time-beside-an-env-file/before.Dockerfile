FROM python:3.12-slim
ENV DB_PASSWORD=correct-horse-battery
COPY app.py /srv/app.py
CMD ["python", "/srv/app.py"]
