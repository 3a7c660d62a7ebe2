from golang:1.22-bookworm
workdir /app
copy . .
expose 8080
run go build -o store .
cmd ["./store"]