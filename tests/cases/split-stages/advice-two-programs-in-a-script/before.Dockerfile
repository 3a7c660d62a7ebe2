FROM golang:1.22
WORKDIR /app
COPY . .
RUN go build -o store . && go build -o worker ./mail
CMD ["/app/run.sh"]
