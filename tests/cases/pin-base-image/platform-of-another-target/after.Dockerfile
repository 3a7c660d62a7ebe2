FROM debian:bookworm AS build
RUN make
FROM mcr.microsoft.com/windows/nanoserver:ltsc2022@sha256:11a4a60b518bf24989d481468076e5d5982884626aed9faeb35b8576fcd223e1 AS windows
COPY --from=build /app.exe /app.exe
FROM alpine:3.22.1@sha256:81d93757457f988523814ae0009837ae893f38d3fe123f2c37896f118b4c7804 AS linux
COPY --from=build /app /app
