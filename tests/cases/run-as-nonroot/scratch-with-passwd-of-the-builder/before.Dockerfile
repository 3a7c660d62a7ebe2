FROM golang:1.23-alpine AS build
RUN adduser -D -u 5000 courier
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /etc/passwd /etc/passwd
COPY --from=build /server /server
ENTRYPOINT ["/server"]
