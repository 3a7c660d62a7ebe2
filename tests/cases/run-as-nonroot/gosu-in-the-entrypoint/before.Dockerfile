FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y gosu python3
COPY docker-entrypoint.sh /usr/local/bin/
COPY app.py /app/
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["python3", "/app/app.py"]
