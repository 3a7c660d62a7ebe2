FROM golang:1.19 AS build
WORKDIR /app
COPY . .
ENV DSN=sqlite://db/seed.sqlite?mode=ro
RUN go build -o app .

FROM gcr.io/distroless/base-debian12:nonroot
ENV DSN=sqlite://db/seed.sqlite?mode=ro
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/db/seed.sqlite /app/db/seed.sqlite
USER 0:0
CMD ["./app"]
