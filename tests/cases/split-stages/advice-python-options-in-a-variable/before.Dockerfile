FROM python:3.11-slim-bookworm
ARG PIP_OPTIONS
RUN apt-get update && apt-get install -y gcc
COPY . /app
RUN pip install $PIP_OPTIONS -r /app/requirements.txt
CMD ["python", "/app/app.py"]
