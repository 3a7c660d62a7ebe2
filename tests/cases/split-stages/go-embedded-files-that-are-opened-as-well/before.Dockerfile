FROM golang:1.19
WORKDIR /app
COPY . .
ENV LIVE=1
RUN go build -o app .
CMD ["./app"]
