FROM golang:1.22 AS build
WORKDIR /app
COPY . .
RUN go build -o mailer

FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /app
COPY --from=build /app/mailer ./
COPY --from=build /app/conf /app/conf
USER 0:0
CMD ["./mailer"]
