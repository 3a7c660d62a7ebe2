# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
WORKDIR C:\app
COPY publish .
USER ContainerUser
ENTRYPOINT ["dotnet.exe", "shop.dll"]
