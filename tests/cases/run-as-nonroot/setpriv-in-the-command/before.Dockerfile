FROM debian:bookworm-slim
COPY app.sh /app.sh
CMD exec setpriv --reuid=1000 /app.sh
