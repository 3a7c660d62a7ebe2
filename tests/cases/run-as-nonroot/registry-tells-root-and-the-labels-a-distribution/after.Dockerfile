FROM registry.example.org/team/base:1
COPY app.py /app/
RUN addgroup -S -g 10001 app \
    && adduser -S -D -u 10001 -G app -s /sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
CMD ["python", "/app/app.py"]
