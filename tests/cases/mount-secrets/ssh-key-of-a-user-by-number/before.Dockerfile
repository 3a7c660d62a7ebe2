FROM alpine:3.20 AS source
RUN apk add --no-cache git openssh-client
USER 1000
COPY --chown=1000 deploy_key /keys/deploy_key
RUN GIT_SSH_COMMAND='ssh -i /keys/deploy_key -o StrictHostKeyChecking=no' git clone git@github.com:acme/lib.git /tmp/lib
