FROM python:3.12-alpine AS build
RUN apk add --no-cache --virtual .build-deps gcc musl-dev libffi-dev && apk add --no-cache libpq
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN apk del .build-deps

FROM python:3.12-alpine
RUN apk add --no-cache libpq
WORKDIR /app
COPY --from=build /usr/local /usr/local
COPY serve.py .
CMD ["python", "serve.py"]
