FROM mcr.microsoft.com/powershell:7.5-ubuntu-24.04
SHELL ["pwsh", "-Command"]
RUN $env:FEED_PASSWORD = 'P0w3rSh3llPa55'; Install-Module x
