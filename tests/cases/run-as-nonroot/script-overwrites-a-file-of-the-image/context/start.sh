#!/bin/sh
echo "window.api = \"$API\";" > /usr/share/nginx/html/env.js
exec nginx -g "daemon off;"
