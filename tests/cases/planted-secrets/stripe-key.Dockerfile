FROM python:3.13-slim
RUN pip install acme
ENV STRIPE=sk_live_4eC39HqLyjWDarjtT1zdp7dc
