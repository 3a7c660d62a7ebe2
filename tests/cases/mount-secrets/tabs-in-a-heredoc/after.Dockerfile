FROM alpine:3.20
RUN --mount=type=secret,id=api_token,required=true <<-EOF
	export API_TOKEN="$(cat /run/secrets/api_token)"
	set -e
	curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
	EOF
