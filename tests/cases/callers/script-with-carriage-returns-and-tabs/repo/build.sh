#!/bin/sh
docker build \
	--build-arg	A=1 \
	-t app .
