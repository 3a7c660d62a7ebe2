#!/bin/sh
docker build -t worker .
docker run worker
