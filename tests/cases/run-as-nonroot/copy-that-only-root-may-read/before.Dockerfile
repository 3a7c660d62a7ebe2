FROM python:3.12-slim
WORKDIR /app
COPY --chmod=700 start.sh /usr/local/bin/start.sh
COPY app.py .
CMD ["start.sh"]
