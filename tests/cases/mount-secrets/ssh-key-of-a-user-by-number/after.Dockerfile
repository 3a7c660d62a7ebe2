FROM alpine:3.20 AS source
RUN apk add --no-cache git openssh-client
USER 1000
RUN --mount=type=secret,id=ssh_key,target=/keys/deploy_key,uid=1000,required=true \
    GIT_SSH_COMMAND='ssh -i /keys/deploy_key -o StrictHostKeyChecking=no' git clone git@github.com:acme/lib.git /tmp/lib
