retry 3 docker build -t retried .
echo docker build -t printed .
log "what" docker build -t logged .
"$RUNNER" docker build -t unknown .
run podman run alpine
bash -c "docker build --target $TARGET ."
