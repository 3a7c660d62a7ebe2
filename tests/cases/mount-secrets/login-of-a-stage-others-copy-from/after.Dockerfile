# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
RUN --mount=type=secret,id=github_token,env=GITHUB_TOKEN,required=true \
    git config --global url."https://x:${GITHUB_TOKEN}@github.com".insteadOf "https://github.com" && go install github.com/acme/tool@v1.0.0 \
    && git config --global --remove-section url."https://x:${GITHUB_TOKEN}@github.com"

FROM scratch
COPY --from=build /go/bin/tool /tool
