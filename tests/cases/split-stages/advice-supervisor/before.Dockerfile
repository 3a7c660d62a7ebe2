FROM golang:1.22
RUN apt-get update && apt-get install -y supervisor
WORKDIR /app
COPY . .
RUN go build -o store .
CMD ["supervisord", "-n", "-c", "/app/supervisord.conf"]
