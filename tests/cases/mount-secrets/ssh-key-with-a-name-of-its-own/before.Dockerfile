FROM alpine:3.20 AS source
RUN apk add --no-cache git openssh-client
COPY deploy_key /keys/deploy_key
RUN chmod 400 /keys/deploy_key && \
    GIT_SSH_COMMAND='ssh -i /keys/deploy_key -o StrictHostKeyChecking=no' git clone git@github.com:acme/lib.git /lib
