FROM alpine:3.20
API_TOKEN=br0kenT0ken44 RUN true
