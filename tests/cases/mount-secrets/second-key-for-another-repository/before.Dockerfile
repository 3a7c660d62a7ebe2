FROM python:3.12
ARG DEPLOY_KEY
RUN mkdir -p /root/.ssh && chmod 700 /root/.ssh && ssh-keyscan github.com >> /root/.ssh/known_hosts
RUN echo "$DEPLOY_KEY" > /root/.ssh/id_rsa && chmod 600 /root/.ssh/*
RUN GIT_SSH_COMMAND="ssh -i /root/.ssh/id_rsa" git clone git@github.com:acme/b.git /b
