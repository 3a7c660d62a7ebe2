FROM debian:13
COPY ca.pem /usr/local/share/ca-certificates/ca.crt
COPY server.pem /etc/ssl/server.pem
RUN update-ca-certificates
