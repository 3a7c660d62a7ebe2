FROM python:3.13-slim
RUN pip install acme
ENV TWILIO_API_KEY=SK0123456789abcdef0123456789abcdef
