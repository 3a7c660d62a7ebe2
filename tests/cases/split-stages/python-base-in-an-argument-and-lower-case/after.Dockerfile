ARG PYTHON=3.11
from --platform=linux/amd64 python:${PYTHON}-slim-bookworm as build
run apt-get update && apt-get install -y gcc
workdir /app
copy requirements.txt requirements.txt
run pip install -r requirements.txt

from --platform=linux/amd64 python:${PYTHON}-slim-bookworm
run apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
workdir /app
copy requirements.txt requirements.txt
copy --from=build /usr/local /usr/local
copy run.py .
cmd ["python", "run.py"]
