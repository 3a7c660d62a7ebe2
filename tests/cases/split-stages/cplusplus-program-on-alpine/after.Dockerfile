FROM alpine:3.22 AS build
RUN apk add --no-cache g++ curl-dev
COPY main.cpp /src/
RUN g++ -O2 -o /usr/local/bin/fetch /src/main.cpp -lcurl

FROM alpine:3.22
RUN apk add --no-cache libcurl libstdc++
COPY --from=build /usr/local/bin/fetch /usr/local/bin/fetch
ENTRYPOINT ["fetch"]
