FROM debian:13
RUN --mount=type=secret,id=api_token,required=true export API_TOKEN="$(cat /run/secrets/api_token)" && set -eux; \
	apt-get update; \
	curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
