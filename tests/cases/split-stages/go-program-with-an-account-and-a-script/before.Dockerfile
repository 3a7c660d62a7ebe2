FROM golang:1.22-alpine3.20
RUN addgroup -S queue && adduser -S -G queue queue
WORKDIR /app
COPY . .
RUN go build -o queue .
USER queue
ENTRYPOINT ["/app/start.sh"]
CMD ["/app/queue"]
