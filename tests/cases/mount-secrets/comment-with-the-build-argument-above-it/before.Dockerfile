FROM alpine:3.20
ARG MIRROR=1
# with MIRROR=1, docker build --build-arg GITEE_TOKEN="xxxxx" is needed
ARG GITEE_TOKEN=""

RUN wget "https://x:$GITEE_TOKEN@gitee.com/acme/x.tgz"
