FROM python:3.13-slim
RUN pip install acme
ENV DATABASE_URL=postgres://app:N0tSoS3cretDb@db.example.com/app
