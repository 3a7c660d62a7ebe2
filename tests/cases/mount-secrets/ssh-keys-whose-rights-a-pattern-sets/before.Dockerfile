FROM python:3.12
ARG SSH_PRIVATE_KEY
RUN mkdir -p /root/.ssh && echo "$SSH_PRIVATE_KEY" > /root/.ssh/id_rsa && chmod 600 /root/.ssh/* && ssh-keyscan github.com > /root/.ssh/known_hosts
RUN git clone git@github.com:acme/a.git /a
