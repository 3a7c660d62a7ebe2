"""Cleans up after a verify that was killed, or whose engine went away: a process of its own.

`python -m hardener.verify.reaper RUN-ID FOLDER` reads lines from its standard input: `engine NAME`,
`started GROUP`, `ended GROUP`, `done`. At `done` it ends. At the end of input without it, it kills
the process groups that still run and removes the run's containers, images and folder, trying for
five minutes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path

from hardener.errors import HardenError


def main(run_id: str, folder: Path) -> None:
    """Wait for the end of the other process, then clean up what it left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    engine = ""
    for line in sys.stdin:
        word, _, value = line.strip().partition(" ")
        if word == "done":
            return
        if word == "engine":
            engine = value
        elif word == "started":
            groups.add(int(value))
        elif word == "ended":
            groups.discard(int(value))
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    if engine:
        _clean(engine, run_id, folder)
    shutil.rmtree(folder, ignore_errors=True)


def _clean(name: str, run_id: str, folder: Path) -> None:
    import time

    from hardener.verify.engine import find_engine
    from hardener.verify.process import Programs
    from hardener.verify.session import REAPER_SECONDS, clean_engine

    deadline = time.monotonic() + REAPER_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(HardenError):
            if not clean_engine(find_engine(name, Programs(), run_id, folder), 0.0):
                return
        time.sleep(2.0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
