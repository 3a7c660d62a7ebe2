#!/bin/sh
git -C . --no-pager log -1 --format=%h
