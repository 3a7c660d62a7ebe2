FROM golang:1.22
RUN useradd maker
WORKDIR /app
COPY --chown=maker . .
USER maker
RUN go build -o store .
USER root
CMD ["./store"]
