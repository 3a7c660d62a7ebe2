FROM alpine:3.20
ARG GITEE_TOKEN=""
RUN --mount=type=secret,id=gitee_token \
    if [ -n "$GITEE_TOKEN" ]; then wget "https://x:$GITEE_TOKEN@gitee.com/acme/x.tgz"; fi
