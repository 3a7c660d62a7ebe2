FROM python:3.13
RUN --mount=type=secret,id=pip_token,required=true \
    --mount=type=secret,id=github_token,required=true \
    export PIP_TOKEN="$(cat /run/secrets/pip_token)" && \
    export GITHUB_TOKEN="$(cat /run/secrets/github_token)" && \
    pip install "git+https://x:${GITHUB_TOKEN}@github.com/acme/lib.git" && \
    pip install --index-url "https://x:${PIP_TOKEN}@pypi.example.com/simple" acme
