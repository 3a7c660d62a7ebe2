#!/bin/sh
usage() {
  cat <<EOF
    docker build -t only-shown .
EOF
}
docker build -t real .
