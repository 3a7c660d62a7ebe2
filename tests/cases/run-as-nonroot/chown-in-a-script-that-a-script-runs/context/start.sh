#!/bin/bash
. /app/lib/prepare.sh
exec python app.py
