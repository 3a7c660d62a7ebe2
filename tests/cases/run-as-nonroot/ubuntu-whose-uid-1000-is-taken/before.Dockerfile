FROM ubuntu:24.04
RUN apt-get update && apt-get install -y python3
COPY app.py /srv/app/
WORKDIR /srv/app
CMD ["python3", "app.py"]
