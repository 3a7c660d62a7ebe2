#!/usr/bin/env python3
os.system("docker build .")
