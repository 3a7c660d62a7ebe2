# syntax=docker/dockerfile:1
FROM alpine:3.20
arg github_token
run curl -H "Authorization: token $github_token" -o /x https://example.com/x
