FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y python3 powershell
SHELL ["pwsh", "-Command"]
WORKDIR /app
COPY app.py .
RUN Write-Output ok
ENTRYPOINT ["python3", "app.py"]
