FROM golang:1.19 AS build
WORKDIR /app
COPY . .
ENV THEMES=/app/themes/light:/app/themes/dark
RUN go build -o app .

FROM gcr.io/distroless/base-debian12:nonroot
ENV THEMES=/app/themes/light:/app/themes/dark
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/themes/dark /app/themes/dark
COPY --from=build /app/themes/light /app/themes/light
USER 0:0
CMD ["./app"]
