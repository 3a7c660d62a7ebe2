FROM python:3.13 AS build
COPY requirements.txt .
RUN --mount=type=secret,id=index_token,required=true \
    PIP_EXTRA_INDEX_URL="https://build:$(cat /run/secrets/index_token)@pypi.example.com/simple" pip install -r requirements.txt

FROM python:3.13-slim
COPY --from=build /usr/local /usr/local
