FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y gcc gnupg curl software-properties-common
RUN apt-key adv --fetch-keys https://packages.example.org/key.gpg
RUN apt-get update && apt-get install -y example-driver
COPY . /app
RUN pip install -r /app/requirements.txt
CMD ["python", "/app/app.py"]
