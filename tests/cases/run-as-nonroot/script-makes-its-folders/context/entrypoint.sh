#!/bin/sh
set -e
mkdir -p /app/tmp
if [ -n "$WAIT" ]; then sleep "$WAIT"; fi
exec "$@"
