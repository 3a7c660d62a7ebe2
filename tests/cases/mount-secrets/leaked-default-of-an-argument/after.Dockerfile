# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN --mount=type=secret,id=gitlab_token,env=GITLAB_TOKEN,required=true \
    apk add --no-cache curl && curl -H "PRIVATE-TOKEN: $GITLAB_TOKEN" -o /x https://gitlab.com/api/v4/projects
