FROM mcr.microsoft.com/dotnet/aspnet:5.0
