FROM golang:1.19 AS build
WORKDIR /app
COPY . .
ENV APP_ENV=prod
RUN go build

FROM gcr.io/distroless/base-debian12:nonroot
ENV APP_ENV=prod
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/config.dev.toml ./
COPY --from=build /app/config.prod.toml ./
USER 0:0
CMD ["./app"]
