FROM alpine:3.20
ADD https://build:hunter2hunter2@nexus.example.com/x.tgz /x.tgz
