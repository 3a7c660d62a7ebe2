FROM mcr.microsoft.com/dotnet/sdk:8.0
WORKDIR /src
COPY Shop.csproj .
RUN dotnet restore
COPY . .
RUN dotnet publish -c Release -o /src
WORKDIR /src
EXPOSE 8080
ENTRYPOINT ["dotnet", "Shop.dll"]
