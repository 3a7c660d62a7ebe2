# syntax=docker/dockerfile:1
FROM alpine:3.20
ARG GITLAB_TOKEN=glpat-0a1B2c3D4e5F6g7H8i9J
RUN apk add --no-cache curl && curl -H "PRIVATE-TOKEN: $GITLAB_TOKEN" -o /x https://gitlab.com/api/v4/projects
