from golang:1.22-bookworm as build
workdir /app
copy . .
run go build -o store .

from gcr.io/distroless/base-debian12:nonroot
workdir /app
copy --from=build /app/store ./
user 0:0
expose 8080
cmd ["./store"]