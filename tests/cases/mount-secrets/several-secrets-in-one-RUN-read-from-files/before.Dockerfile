FROM python:3.13
ARG PIP_TOKEN
ARG GITHUB_TOKEN
RUN pip install "git+https://x:${GITHUB_TOKEN}@github.com/acme/lib.git" && \
    pip install --index-url "https://x:${PIP_TOKEN}@pypi.example.com/simple" acme
