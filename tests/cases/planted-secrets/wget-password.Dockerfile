FROM alpine:3.20
RUN wget --user=deploy --password=Wg3t-Pa55w0rd https://nexus.example.com/x
