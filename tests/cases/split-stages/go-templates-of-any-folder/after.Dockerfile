FROM golang:1.19 AS build
WORKDIR /app
COPY . .
RUN go build -o app .

FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/favicon.ico ./
COPY --from=build /app/public /app/public
COPY --from=build /app/views /app/views
USER 0:0
CMD ["./app"]
