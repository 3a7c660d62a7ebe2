FROM mcr.microsoft.com/dotnet/sdk:9.0 AS build
USER 1000
WORKDIR /src
COPY app.csproj ./
RUN --mount=type=secret,id=nuget_config,target=/src/nuget.config,uid=1000,required=true \
    dotnet restore
