FROM golang:1.22
WORKDIR /app
ONBUILD COPY . .
COPY . .
RUN go build -o store .
CMD ["/app/store"]
