#!/bin/sh
usermod -u "$PUID" daemon
exec python -m http.server
