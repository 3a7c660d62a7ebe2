FROM python:3.11-alpine3.19
RUN apk add gcc musl-dev libmagic
WORKDIR /app
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["python", "app.py"]
