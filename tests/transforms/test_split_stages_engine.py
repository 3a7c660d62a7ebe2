"""What split-stages writes builds in a real engine, and prints what was printed before.

A case of tests/cases/split-stages with a `prints.txt` is built before and after, and run; the file
holds what both print.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.transforms.cases import CASES

pytestmark = pytest.mark.engine

BUILT = sorted(path.parent for path in (CASES / "split-stages").glob("*/prints.txt"))


def output_of(dockerfile: Path, context: Path) -> tuple[int, str]:
    """Exit code and output of a container of the image that a Dockerfile builds."""
    command = ["docker", "build", "--quiet", "--network", "host", "-f", "-", str(context)]
    built = subprocess.run(command, input=dockerfile.read_bytes(), capture_output=True, check=False)
    assert built.returncode == 0, built.stderr.decode(errors="replace")
    image = built.stdout.decode().strip()
    try:
        done = subprocess.run(
            ["docker", "run", "--rm", "--network", "none", image],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr
    finally:
        subprocess.run(["docker", "image", "rm", "-f", image], capture_output=True, check=False)


@pytest.mark.parametrize("case", BUILT, ids=lambda case: str(case.name))
def test_prints_the_same(case: Path, engine: str) -> None:
    assert engine
    before = output_of(case / "before.Dockerfile", case / "context")
    after = output_of(case / "after.Dockerfile", case / "context")
    assert after == before
    assert after[1] == (case / "prints.txt").read_text()
