FROM golang:1.19-bookworm AS build
RUN apt-get update && apt-get install -y curl git make
WORKDIR /app
COPY . .
RUN go build -o bin/store .

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/bin/store /app/bin/store
ENV STORE_PORT 8080
HEALTHCHECK CMD curl -fsS http://localhost:$STORE_PORT/health || exit 1
CMD ./bin/store -port $STORE_PORT
