FROM python:3.13-slim
RUN --mount=type=secret,id=pip_password,required=true \
    pip install --extra-index-url https://build:"$(cat /run/secrets/pip_password)"@pypi.example.com/simple acme
