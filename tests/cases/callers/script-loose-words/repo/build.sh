docker build "$@" .
docker build $OPTIONS -t x "$DIR"
docker build -t x "${ARGS[@]}"
docker build a b
docker build
$UNRELATED build .
