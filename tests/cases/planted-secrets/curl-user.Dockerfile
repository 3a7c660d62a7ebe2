FROM alpine:3.20
RUN curl -u deploy:Nexus-Pa55w0rd -o /x https://nexus.example.com/x
