# syntax=docker/dockerfile:1
FROM alpine:3.20
RUN --mount=type=secret,id=api_token,env=API_TOKEN,required=true <<EOF
apk add --no-cache curl
curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
EOF
