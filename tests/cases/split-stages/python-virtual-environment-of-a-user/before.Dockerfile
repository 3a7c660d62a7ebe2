FROM python:3.11-slim-bullseye AS app
ARG DEBIAN_FRONTEND=noninteractive
RUN apt-get update && apt-get install -y gcc curl libldap2-dev libsasl2-dev && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1500 worker
ENV VIRTUAL_ENV=/opt/venv
RUN python -m venv $VIRTUAL_ENV
ENV PATH="$VIRTUAL_ENV/bin:$PATH"
COPY requirements.txt /tmp/
RUN pip install -r /tmp/requirements.txt && rm /tmp/requirements.txt
WORKDIR /home/worker/app
COPY --chown=worker . .
USER worker
HEALTHCHECK CMD curl -f http://127.0.0.1:8080/ || exit 1
CMD ["python", "app.py"]
