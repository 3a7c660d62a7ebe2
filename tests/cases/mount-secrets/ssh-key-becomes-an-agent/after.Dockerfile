FROM alpine:3.20 AS source
RUN apk add --no-cache git openssh-client
RUN mkdir -p -m 0700 /root/.ssh && \
    ssh-keyscan github.com >> /root/.ssh/known_hosts
RUN --mount=type=ssh,required=true \
    git clone git@github.com:acme/lib.git /lib
