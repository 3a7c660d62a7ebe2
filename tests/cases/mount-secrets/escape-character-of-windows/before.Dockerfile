# escape=`
FROM alpine:3.20
ARG API_TOKEN
RUN apk add curl && `
    curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
