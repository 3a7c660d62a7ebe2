FROM alpine:3.24 AS tool-linux
FROM scratch AS tool-windows
FROM tool-$TARGETOS
