FROM debian:bookworm AS build
RUN make
FROM mcr.microsoft.com/windows/nanoserver:ltsc2022 AS windows
COPY --from=build /app.exe /app.exe
FROM alpine:3.22.1 AS linux
COPY --from=build /app /app
