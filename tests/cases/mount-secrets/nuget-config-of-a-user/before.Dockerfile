FROM mcr.microsoft.com/dotnet/sdk:9.0 AS build
USER 1000
WORKDIR /src
COPY nuget.config app.csproj ./
RUN dotnet restore
