# syntax=docker/dockerfile:1
FROM mcr.microsoft.com/powershell:7.5-ubuntu-24.04
SHELL ["pwsh", "-Command"]
RUN --mount=type=secret,id=feed_token,env=FEED_TOKEN,required=true \
    Invoke-WebRequest -Headers @{ Authorization = "Bearer $env:FEED_TOKEN" } https://example.com/x -OutFile /x
