FROM python:3.13-slim
RUN --mount=type=secret,id=aws_secret_access_key,required=true \
    export AWS_SECRET_ACCESS_KEY="$(cat /run/secrets/aws_secret_access_key)" && \
    aws s3 cp s3://acme/model /model
