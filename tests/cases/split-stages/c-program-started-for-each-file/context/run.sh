#!/bin/bash
for f in *.txt; do ./app "$f"; done
