#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  exec gosu daemon "$0" "$@"
fi
exec "$@"
