FROM alpine:3.20
ARG MIRROR=1
# with MIRROR=1, docker build --secret id=gitee_token,env=GITEE_TOKEN is needed

RUN --mount=type=secret,id=gitee_token \
    export GITEE_TOKEN="$(cat /run/secrets/gitee_token 2>/dev/null)" && \
    wget "https://x:$GITEE_TOKEN@gitee.com/acme/x.tgz"
