FROM python:3.12-slim
WORKDIR /app
COPY . .
RUN pip install uwsgi
CMD ["uwsgi", "--ini", "uwsgi.ini"]
