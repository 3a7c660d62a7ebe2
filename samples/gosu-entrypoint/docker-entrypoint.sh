#!/bin/sh
set -e

# A volume may come with any owner: hand it to the service's user, then leave root behind.
if [ "$(id -u)" = 0 ]; then
    chown -R counter:counter "$COUNTER_DIR"
    exec gosu counter "$0" "$@"
fi

exec "$@"
