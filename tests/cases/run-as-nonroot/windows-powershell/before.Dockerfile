# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
COPY start.ps1 C:\
CMD ["powershell", "C:\\start.ps1"]
