FROM alpine:3.20
ARG API_TOKEN
RUN if [ -f /token ]; then API_TOKEN=$(cat /token); fi; wget --header="Authorization: Bearer $API_TOKEN" https://example.com/x
