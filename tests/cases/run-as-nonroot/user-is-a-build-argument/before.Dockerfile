FROM python:3.12-slim
ARG RUN_AS=root
COPY app.py /app/
USER ${RUN_AS}
CMD ["python", "/app/app.py"]
