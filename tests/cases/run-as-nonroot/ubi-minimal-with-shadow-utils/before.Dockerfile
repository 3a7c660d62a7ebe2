FROM registry.access.redhat.com/ubi9/ubi-minimal:9.5
RUN microdnf install -y python3 shadow-utils && microdnf clean all
COPY app.py /opt/app/app.py
WORKDIR /opt/app
CMD ["python3", "app.py"]
