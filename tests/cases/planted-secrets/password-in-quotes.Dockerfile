FROM python:3.13-slim
RUN pip install acme
ENV SMTP_PASSWORD="two words, 1 Pa55 #x"
CMD ["python", "app.py"]
