FROM mcr.microsoft.com/powershell:7.5-ubuntu-24.04
SHELL ["pwsh", "-Command"]
ARG FEED_TOKEN
RUN Invoke-WebRequest -Headers @{ Authorization = "Bearer $env:FEED_TOKEN" } https://example.com/x -OutFile /x
