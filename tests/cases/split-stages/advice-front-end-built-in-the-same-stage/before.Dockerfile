FROM golang:1.22
WORKDIR /app
COPY . .
RUN npm --prefix web ci && npm --prefix web run build
RUN go build -o store .
CMD ["./store"]
