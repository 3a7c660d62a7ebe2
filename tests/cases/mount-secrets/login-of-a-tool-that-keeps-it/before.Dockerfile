# syntax=docker/dockerfile:1
FROM python:3.12
ARG HF_TOKEN
RUN pip install huggingface_hub
RUN huggingface-cli login --token $HF_TOKEN
RUN huggingface-cli download acme/model
