FROM fedora:41
RUN dnf install -y python3-flask && dnf clean all
COPY app.py /opt/app/app.py
WORKDIR /opt/app
CMD ["python3", "app.py"]
