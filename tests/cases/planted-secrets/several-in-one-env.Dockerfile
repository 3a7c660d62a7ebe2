FROM python:3.13-slim
RUN pip install acme
ENV A=1 \
    JWT_SECRET=f1rstS3cret9 \
    SESSION_SECRET=s3condS3cret8 \
    B=2
EXPOSE 80
