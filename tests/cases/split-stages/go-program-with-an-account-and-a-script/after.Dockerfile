FROM golang:1.22-alpine3.20 AS build
RUN addgroup -S queue && adduser -S -G queue queue
WORKDIR /app
COPY . .
RUN go build -o queue .

FROM alpine:3.20
RUN addgroup -S queue && adduser -S -G queue queue
RUN apk add --no-cache ca-certificates
WORKDIR /app
COPY --from=build /app/queue ./
COPY --from=build /app/start.sh ./
USER queue
ENTRYPOINT ["/app/start.sh"]
CMD ["/app/queue"]
