# escape=`
FROM mcr.microsoft.com/windows/nanoserver:ltsc2022
ADD app.exe C:\app\
ADD ["my app", "C:/app"]
