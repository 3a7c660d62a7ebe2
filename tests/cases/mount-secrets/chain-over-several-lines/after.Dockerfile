FROM debian:13
RUN --mount=type=secret,id=access_token,required=true \
 export ACCESS_TOKEN="$(cat /run/secrets/access_token)" && \
 apt-get update \
 && apt-get install -y curl \
 # the release is private
 && curl -H "Authorization: Bearer $ACCESS_TOKEN" -o /x https://example.com/x \
 && rm -rf /var/lib/apt/lists/*
