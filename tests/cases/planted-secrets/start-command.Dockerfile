FROM python:3.13
COPY app.py .
CMD ["python", "app.py", "--token=st4rtT0ken66"]
