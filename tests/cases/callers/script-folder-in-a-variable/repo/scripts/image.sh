#!/bin/bash
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT=$(git rev-parse --show-toplevel)
docker build -f "$HERE/docker/Dockerfile" "$ROOT"
docker build "$HERE/.."
docker build -f "${ROOT}/Dockerfile" "$PWD"
TWICE=a
TWICE=b
docker build -f "$TWICE" .
