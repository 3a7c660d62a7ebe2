FROM python:3.12-slim
WORKDIR /app
COPY app.py .
# one worker is enough
# hadolint ignore=DL3025
CMD python app.py
