FROM golang:1.23 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM busybox:1.36
COPY --from=build /server /bin/server
RUN addgroup -S -g 10001 app \
    && adduser -S -D -u 10001 -G app -s /sbin/nologin app
# app, by number: Kubernetes' runAsNonRoot can't check names
USER 10001:10001
ENTRYPOINT ["/bin/server"]
