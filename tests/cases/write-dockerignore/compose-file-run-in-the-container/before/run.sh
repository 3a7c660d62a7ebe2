#!/bin/sh
docker compose -f compose.yaml up
