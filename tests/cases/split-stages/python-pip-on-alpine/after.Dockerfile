FROM python:3.11-alpine3.19 AS build
RUN apk add --no-cache bash build-base postgresql-dev libffi-dev jpeg-dev
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt

FROM python:3.11-alpine3.19
RUN apk add --no-cache bash libgomp libjpeg-turbo libpq libstdc++
WORKDIR /app
COPY . .
COPY --from=build /usr/local /usr/local
LABEL org.opencontainers.image.title="notes"
RUN python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn", "notes.wsgi", "--bind", "0.0.0.0:8000"]
