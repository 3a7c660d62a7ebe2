FROM ghcr.io/astral-sh/uv:python3.11-bookworm-slim
RUN apt-get update && apt-get install -y gcc
WORKDIR /app
COPY . .
RUN uv sync --frozen
CMD [".venv/bin/python", "main.py"]
