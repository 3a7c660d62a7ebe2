FROM golang:1.19 AS build
WORKDIR /app
COPY . .
ENV LIVE=1
RUN go build -o app .

FROM gcr.io/distroless/base-debian12:nonroot
ENV LIVE=1
WORKDIR /app
COPY --from=build /app/app ./
COPY --from=build /app/web /app/web
USER 0:0
CMD ["./app"]
