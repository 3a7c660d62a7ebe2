FROM debian:13
ARG API_TOKEN
RUN set -eux; \
	apt-get update; \
	curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
