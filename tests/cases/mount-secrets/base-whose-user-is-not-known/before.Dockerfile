FROM registry.example.com/team/base:4
ARG API_TOKEN
RUN curl -H "Authorization: Bearer $API_TOKEN" -o /x https://example.com/x
