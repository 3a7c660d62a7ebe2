FROM mcr.microsoft.com/dotnet/sdk:8.0 AS b
WORKDIR /s
COPY . .
RUN dotnet publish -c Release -o /out
FROM mcr.microsoft.com/dotnet/aspnet:8.0
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/*
ENV ASPNETCORE_HTTP_PORTS=
WORKDIR /app
COPY --from=b /out .
HEALTHCHECK CMD curl -f localhost/health || exit 1
EXPOSE 5000
CMD ["dotnet","web.dll"]
