FROM debian:13
ARG ACCESS_TOKEN
RUN apt-get update \
 && apt-get install -y curl \
 # the release is private
 && curl -H "Authorization: Bearer $ACCESS_TOKEN" -o /x https://example.com/x \
 && rm -rf /var/lib/apt/lists/*
