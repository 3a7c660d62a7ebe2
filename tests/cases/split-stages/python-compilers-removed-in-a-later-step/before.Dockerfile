FROM python:3.12-alpine
RUN apk add --no-cache --virtual .build-deps gcc musl-dev libffi-dev && apk add --no-cache libpq
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
RUN apk del .build-deps
COPY serve.py .
CMD ["python", "serve.py"]
