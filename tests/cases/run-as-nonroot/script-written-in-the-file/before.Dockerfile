FROM python:3.12-slim
WORKDIR /app
COPY app.py .
COPY <<EOF /start.sh
#!/bin/sh
exec gosu daemon python app.py
EOF
CMD ["sh", "/start.sh"]
