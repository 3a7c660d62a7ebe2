FROM python:3.12-slim
WORKDIR /app
COPY app.py entrypoint.sh ./
ENTRYPOINT ["./entrypoint.sh"]
CMD ["python", "app.py"]
