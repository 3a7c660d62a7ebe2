FROM ubuntu:22.04
RUN apt-get update && apt-get install -y python3-pip gcc
COPY . /app
RUN pip3 install -r /app/requirements.txt
CMD ["python3", "/app/app.py"]
