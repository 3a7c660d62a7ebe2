docker build -t which .
docker build -f ci/Dockerfile -t root .
