ARG PYTHON=3.11
from --platform=linux/amd64 python:${PYTHON}-slim-bookworm
run apt-get update && apt-get install -y gcc
workdir /app
copy requirements.txt requirements.txt
run pip install -r requirements.txt
copy run.py .
cmd ["python", "run.py"]
