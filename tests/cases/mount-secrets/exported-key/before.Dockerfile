FROM python:3.13-slim
RUN export AWS_SECRET_ACCESS_KEY=0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2yZ3 && \
    aws s3 cp s3://acme/model /model
