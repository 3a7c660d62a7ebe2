#!/bin/bash
set -e
until pg_isready -h db; do sleep 1; done
exec "$@"
