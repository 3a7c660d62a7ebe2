FROM golang:1.22
# by default
CMD ["/app/store"]
WORKDIR /app
EXPOSE 8080
# sources
COPY . .
RUN go build -o store .