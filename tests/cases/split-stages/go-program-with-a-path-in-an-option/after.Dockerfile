FROM golang:1.19 AS build
WORKDIR /app
COPY . .
RUN go build -o app .

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/settings/prod /app/settings/prod
USER 0:0
ENTRYPOINT ["./app"]
CMD ["--config=settings/prod"]
