FROM alpine:3.20
RUN apk add --no-cache git
ARG DEPLOY_TOKEN
COPY app /app
