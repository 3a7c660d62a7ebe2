FROM golang:1.22 AS build
WORKDIR /app
# sources
COPY . .
RUN go build -o store .

FROM gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
COPY --from=build /app/store ./
USER 0:0
# by default
CMD ["/app/store"]
EXPOSE 8080