FROM python:3.12-slim
ENV RUN_AS=1001
COPY app.py /app/
USER $RUN_AS
CMD ["python", "/app/app.py"]
