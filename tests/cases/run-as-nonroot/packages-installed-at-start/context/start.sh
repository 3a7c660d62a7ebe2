apk add --no-cache curl
curl https://example.org
