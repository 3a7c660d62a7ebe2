FROM golang:1.19-bookworm
RUN apt-get update && apt-get install -y curl git make
WORKDIR /app
COPY . .
RUN go build -o bin/store .
ENV STORE_PORT 8080
HEALTHCHECK CMD curl -fsS http://localhost:$STORE_PORT/health || exit 1
CMD ./bin/store -port $STORE_PORT
