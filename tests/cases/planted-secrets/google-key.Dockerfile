FROM python:3.13-slim
RUN pip install acme
ENV MAPS=AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q
