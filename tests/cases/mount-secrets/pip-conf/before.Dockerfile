FROM python:3.13-slim
COPY pip.conf /etc/pip.conf
COPY requirements.txt .
RUN pip install -r requirements.txt
CMD ["python", "-m", "app"]
