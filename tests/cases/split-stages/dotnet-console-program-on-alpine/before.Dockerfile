# nightly report
FROM mcr.microsoft.com/dotnet/sdk:8.0-alpine
WORKDIR /report
COPY . .
RUN dotnet publish Report.csproj -c Release
CMD ["dotnet", "bin/Release/net8.0/publish/Report.dll"]
