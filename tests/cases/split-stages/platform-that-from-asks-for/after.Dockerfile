FROM --platform=linux/amd64 golang:1.22 AS build
WORKDIR /app
COPY . .
RUN go build -o store .

FROM --platform=linux/amd64 gcr.io/distroless/base-debian12:nonroot
WORKDIR /app
COPY --from=build /app/store ./
COPY --from=build ["/app/a note.txt", "./"]
USER 0:0
CMD ["./store", "a note.txt"]
