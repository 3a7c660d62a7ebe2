FROM golang:1.22 AS base
ENV STORE=main

FROM base
WORKDIR /app
COPY . .
RUN go build -o store .
CMD ["/app/store"]
