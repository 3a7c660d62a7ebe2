build() {
  docker build --target "$1" .
}
if ! docker build --target test . > log.txt 2>&1; then
  exit 1
fi
for target in a b; do
  docker build --target $target -t x .
done
case $1 in
  push) docker buildx build --push . ;;
esac
sudo -E docker build -t with-sudo .
env DOCKER_BUILDKIT=1 docker image build -t with-env .
DOCKER_BUILDKIT=0 time docker --context remote build -t with-options .
bash -c "docker build -t nested ."
echo "docker build -t printed ."
cat <<EOF
docker build -t in-a-document .
EOF
docker compose build
docker build --help-me-please .
git commit -m 'docker build .'
