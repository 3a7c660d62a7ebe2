FROM python:3.11-alpine3.19
LABEL org.opencontainers.image.title="notes"
RUN apk add --no-cache bash build-base postgresql-dev libffi-dev jpeg-dev
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt
RUN python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn", "notes.wsgi", "--bind", "0.0.0.0:8000"]
