docker build - < Dockerfile
docker build -t x -f - . <<EOF
FROM alpine
EOF
curl -s example.com | docker build -
docker build https://github.com/acme/app.git
