FROM python:3.12-slim
WORKDIR /code
COPY . .
RUN pip install django && python manage.py migrate
RUN groupadd --system --gid 10001 app \
    && useradd --system --uid 10001 --gid app --no-log-init --create-home --shell /usr/sbin/nologin app \
    && mkdir -p /code/media \
    && touch /code/db.sqlite3 \
    && chown 10001:10001 /code /code/db.sqlite3 /code/media
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]
