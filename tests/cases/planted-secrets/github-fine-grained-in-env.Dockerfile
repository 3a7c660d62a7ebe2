FROM python:3.13-slim
RUN pip install acme
ENV GH_TOKEN=github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456
CMD ["python", "app.py"]
