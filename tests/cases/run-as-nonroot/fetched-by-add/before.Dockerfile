FROM python:3.12-slim
ADD https://example.org/tini /usr/local/bin/tini
RUN chmod +x /usr/local/bin/tini
WORKDIR /app
COPY app.py .
ENTRYPOINT ["tini", "--"]
CMD ["python", "app.py"]
