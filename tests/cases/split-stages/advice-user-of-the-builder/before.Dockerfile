FROM golang:1.22
WORKDIR /app
COPY . .
RUN apt-get update && apt-get install -y git && useradd deploy
RUN go build -o store .
USER deploy
CMD ["/app/store"]
