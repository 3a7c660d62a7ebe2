# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/windows/servercore:ltsc2022
ARG FEED_TOKEN
RUN curl -H "Authorization: Bearer %FEED_TOKEN%" -o x https://example.com/x
