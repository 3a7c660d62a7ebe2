FROM golang:1.22
RUN useradd store
WORKDIR /app
COPY . .
RUN go build -o store . && chown -R store /app
USER store
CMD ["./store"]
