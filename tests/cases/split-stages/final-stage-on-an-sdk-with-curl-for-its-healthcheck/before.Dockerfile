FROM mcr.microsoft.com/dotnet/sdk:8.0 AS b
WORKDIR /s
COPY . .
RUN dotnet publish -c Release -o /out
FROM mcr.microsoft.com/dotnet/sdk:8.0
WORKDIR /app
COPY --from=b /out .
HEALTHCHECK CMD curl -f localhost/health || exit 1
EXPOSE 5000
CMD ["dotnet","web.dll"]
