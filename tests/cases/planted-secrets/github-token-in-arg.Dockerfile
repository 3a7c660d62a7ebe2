FROM alpine:3.20
ARG GITHUB_TOKEN=ghp_1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R
RUN wget --header="Authorization: token $GITHUB_TOKEN" https://api.github.com/x
