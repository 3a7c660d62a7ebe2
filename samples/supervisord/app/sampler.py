"""Writes the load average to a file once a second."""

import os
import time
from pathlib import Path

LOG = Path(os.environ.get("SAMPLES", "/var/lib/load/load.tsv"))

while True:
    with LOG.open("a") as log:
        log.write("\t".join(str(value) for value in (int(time.time()), *os.getloadavg())) + "\n")
    time.sleep(1)
