FROM golang:1.22
ARG GITHUB_TOKEN
RUN git config --global url."https://${GITHUB_TOKEN}@github.com/".insteadOf "https://github.com/" && \
    go install github.com/acme/private@latest && \
    git config --global --unset url."https://${GITHUB_TOKEN}@github.com/".insteadOf
