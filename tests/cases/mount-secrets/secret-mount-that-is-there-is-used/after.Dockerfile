FROM alpine:3.20
RUN --mount=type=secret,id=gitee_token \
    export GITEE_TOKEN="$(cat /run/secrets/gitee_token 2>/dev/null)" && \
    if [ -n "$GITEE_TOKEN" ]; then wget "https://x:$GITEE_TOKEN@gitee.com/acme/x.tgz"; fi
