FROM registry.example.com/team/base:4
RUN --mount=type=secret,id=api_token,mode=0444,required=true \
    export API_TOKEN="$(cat /run/secrets/api_token)" && \
    curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
