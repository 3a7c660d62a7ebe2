FROM alpine:3.20
COPY .ssh /root/.ssh
RUN git clone git@github.com:acme/lib.git
