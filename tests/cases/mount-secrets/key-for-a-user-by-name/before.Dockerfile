FROM alpine:3.20
USER build
COPY deploy_key /keys/deploy_key
RUN GIT_SSH_COMMAND='ssh -i /keys/deploy_key' git clone git@github.com:acme/lib.git /lib
