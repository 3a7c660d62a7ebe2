#!/bin/sh
/app/store &
/app/worker
