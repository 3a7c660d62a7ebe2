#!/bin/sh
mkdir -p "$STATE"
exec python app.py
