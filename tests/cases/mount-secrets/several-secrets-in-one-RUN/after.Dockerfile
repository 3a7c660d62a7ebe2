# syntax=docker/dockerfile:1
FROM python:3.13
RUN --mount=type=secret,id=pip_token,env=PIP_TOKEN,required=true \
    --mount=type=secret,id=github_token,env=GITHUB_TOKEN,required=true \
    pip install "git+https://x:${GITHUB_TOKEN}@github.com/acme/lib.git" && \
    pip install --index-url "https://x:${PIP_TOKEN}@pypi.example.com/simple" acme
