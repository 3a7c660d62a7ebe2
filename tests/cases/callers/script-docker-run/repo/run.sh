docker build -t acme/app .
docker run -d --name app --user 1000:1000 -w /srv -p 80:8080 -p 443:8443/tcp \
  -v "$(pwd)":/srv:ro -v data:/data -v /var/run/docker.sock:/var/run/docker.sock \
  --mount type=bind,source=./Dockerfile,target=/etc/f,readonly --tmpfs /tmp:size=1m \
  -e A=1 -e B="$B" -e C --env-file app.env --cap-add SYS_ADMIN --privileged=false --read-only \
  --entrypoint "" acme/app serve --port "$PORT"
docker run $OPTS acme/app
docker create --rm alpine:3
