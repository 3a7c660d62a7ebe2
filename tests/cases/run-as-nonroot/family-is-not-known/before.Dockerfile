FROM registry.example.org/team/base:1
USER root
COPY app.py /app/
ENTRYPOINT ["python", "/app/app.py"]
