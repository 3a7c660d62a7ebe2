# nightly report
FROM mcr.microsoft.com/dotnet/sdk:8.0-alpine AS build
WORKDIR /report
COPY . .
RUN dotnet publish Report.csproj -c Release

FROM mcr.microsoft.com/dotnet/runtime:8.0-alpine
RUN apk add --no-cache icu-data-full icu-libs tzdata
WORKDIR /report
ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=false
COPY --from=build /report/bin/Release/net8.0/publish /report/bin/Release/net8.0/publish
CMD ["dotnet", "bin/Release/net8.0/publish/Report.dll"]
