FROM golang:1.19
WORKDIR /app
COPY . .
RUN date > version.txt
RUN go build -o app .
CMD ["./app"]
