# syntax=docker/dockerfile:1
FROM alpine/git AS source
RUN --mount=type=secret,id=git_token,env=GIT_TOKEN,required=true \
    git -c "url.https://oauth2:${GIT_TOKEN}@gitlab.com/.insteadOf=https://gitlab.com/" clone https://gitlab.com/acme/lib.git /lib
