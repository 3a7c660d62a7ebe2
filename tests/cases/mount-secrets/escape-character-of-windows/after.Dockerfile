# escape=`
FROM alpine:3.20
RUN --mount=type=secret,id=api_token,required=true `
    export API_TOKEN="$(cat /run/secrets/api_token)" && `
    apk add curl && `
    curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
