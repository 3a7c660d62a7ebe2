FROM python:3.13-slim
COPY requirements.txt .
RUN --mount=type=secret,id=pipconf,target=/etc/pip.conf,required=true \
    pip install -r requirements.txt
CMD ["python", "-m", "app"]
