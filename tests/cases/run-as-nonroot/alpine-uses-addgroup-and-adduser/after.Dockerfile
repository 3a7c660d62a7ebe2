FROM python:3.12-alpine
WORKDIR /app
COPY . .
RUN pip install -r requirements.txt

RUN addgroup -S -g 10001 app \
    && adduser -S -D -u 10001 -G app -s /sbin/nologin app

# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001

CMD ["python", "app.py"]
