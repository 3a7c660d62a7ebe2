"""`harden --write`, killed at any moment, leaves every file old or new, whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

FILES = 12
KILLS = 200


def test_killed_at_random(tmp_path: Path) -> None:
    old = b"FROM python\n" + b"# a comment\n" * 400 + b"ADD app.py /srv/\n"
    done = subprocess.run(
        [sys.executable, "-m", "hardener", "--offline", "-"],
        input=old,
        capture_output=True,
        check=True,
    )
    new = done.stdout
    assert new != old
    paths = [tmp_path / f"{number:02}.Dockerfile" for number in range(FILES)]
    command = [sys.executable, "-m", "hardener", "--offline", "--write", "--quiet", str(tmp_path)]

    def rewrite() -> None:
        for path in paths:
            path.write_bytes(old)

    rewrite()
    start = time.monotonic()
    subprocess.run(command, check=True)
    whole = time.monotonic() - start
    dice = random.Random(20260901)
    states = set()
    for _ in range(KILLS):
        rewrite()
        process = subprocess.Popen(command)
        # the first files are written well after the start; most kills shall fall on the writing
        time.sleep(whole * dice.uniform(0.4, 1.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        contents = [path.read_bytes() for path in paths]
        assert set(contents) <= {old, new}
        states.add(contents.count(new))
    assert len(states) > 2, "the kills all fell before or after the writing"
    left = [path.name for path in tmp_path.iterdir() if path not in paths]
    # what a kill leaves behind is never taken for a Dockerfile
    assert all(name.startswith(".") and not name.endswith(".Dockerfile") for name in left)
