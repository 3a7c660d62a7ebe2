#!/bin/sh
set -e
echo "queue starts"
exec "$@"
