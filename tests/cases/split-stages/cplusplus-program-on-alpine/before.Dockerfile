FROM alpine:3.22
RUN apk add --no-cache g++ curl-dev
COPY main.cpp /src/
RUN g++ -O2 -o /usr/local/bin/fetch /src/main.cpp -lcurl
ENTRYPOINT ["fetch"]
