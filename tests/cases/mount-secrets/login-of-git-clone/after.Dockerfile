# syntax=docker/dockerfile:1
FROM alpine/git AS source
RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN,required=true \
    git -c "url.https://build:${GITHUB_TOKEN}@github.com/.insteadOf=https://github.com/" clone https://github.com/acme/lib.git /lib
