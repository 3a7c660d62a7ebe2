FROM golang:1.19
WORKDIR /app
COPY . .
ENV APP_ENV=prod
RUN go build
CMD ["./app"]
