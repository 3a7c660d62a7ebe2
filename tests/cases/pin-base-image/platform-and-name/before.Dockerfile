FROM --platform=$BUILDPLATFORM golang AS build
FROM --platform=linux/arm64 alpine
