FROM golang:1.19 AS build
WORKDIR /app
COPY . .
RUN go build -o app .

FROM debian:bookworm-slim
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/data /app/data
CMD ["./app"]
