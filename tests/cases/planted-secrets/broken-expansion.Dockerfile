FROM alpine:3.20
ENV DB_PASSWORD="exp4nsi0nPa55
RUN true
