FROM golang:1.19

WORKDIR /go/src/convert
COPY . .

RUN go test ./... && go build -o convert .

ENV PORT=18010
EXPOSE 18010

CMD ["./convert"]