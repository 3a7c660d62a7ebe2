FROM python:3.13
CMD ["python", "app.py", "--token=0a1b2c3d4e5f60718293"]
