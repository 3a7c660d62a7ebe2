FROM golang:1.22
RUN --mount=type=secret,id=github_token,required=true \
    export GITHUB_TOKEN="$(cat /run/secrets/github_token)" && \
    git config --global url."https://${GITHUB_TOKEN}@github.com/".insteadOf "https://github.com/" && \
    go install github.com/acme/private@latest && \
    git config --global --unset url."https://${GITHUB_TOKEN}@github.com/".insteadOf
