FROM golang:1.23 AS build
WORKDIR /src
COPY . .
RUN CGO_ENABLED=0 go build -o /server .

FROM scratch
COPY --from=build /server /server
# not root; by number, for there is no account to name
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["/server"]
