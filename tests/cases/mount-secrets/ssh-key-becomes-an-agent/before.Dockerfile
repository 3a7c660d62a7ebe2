FROM alpine:3.20 AS source
RUN apk add --no-cache git openssh-client
COPY id_rsa /root/.ssh/id_rsa
RUN chmod 600 /root/.ssh/id_rsa && ssh-keyscan github.com >> /root/.ssh/known_hosts
RUN git clone git@github.com:acme/lib.git /lib
RUN rm /root/.ssh/id_rsa
