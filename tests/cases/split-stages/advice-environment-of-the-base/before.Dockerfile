FROM golang:1.22
ENV STORE_HOME=$GOPATH/store
WORKDIR /app
COPY . .
RUN go build -o store .
CMD ["/app/store"]
