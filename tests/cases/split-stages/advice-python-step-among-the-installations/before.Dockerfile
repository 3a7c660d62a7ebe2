FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y gcc
COPY . /app
WORKDIR /app
RUN pip install -r requirements.txt
RUN python download_model.py
RUN pip install gunicorn
CMD ["gunicorn", "app:app"]
