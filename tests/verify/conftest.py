"""Fixtures of the tests that build and run with a real engine."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardener.verify.session import PREFIX, Session, session
from tests.verify.casefolder import CASES

REPOSITORY = Path(__file__).resolve().parents[2]
SMALL = "hardener-test/small"


@pytest.fixture(scope="session")
def small_base(engine: str) -> Iterator[str]:
    """The base image of most cases, under two tags; taken away at the end."""
    tags = [f"{SMALL}:1", f"{SMALL}:1.0"]
    names = [part for tag in tags for part in ("--tag", tag)]
    folder = CASES / "small"
    _docker("build", "--quiet", "--network", "host", *names, str(folder))
    yield tags[0]
    _docker("rmi", "--force", *tags)


@pytest.fixture(scope="session")
def bench_session(small_base: str) -> Iterator[Session]:
    """One session of verify for all tests that don't end it."""
    with session("docker") as found:
        yield found


@pytest.fixture
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that verify makes its temporary folders in, here and in other processes."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def left_of(run_id: str) -> list[str]:
    """Containers and images that still carry a run's label."""
    wanted = f"label=hardener.verify={run_id}" if run_id else "label=hardener.verify"
    found = []
    for listing in (["ps", "-a"], ["images", "-a"]):
        found += _docker(*listing, "--quiet", "--filter", wanted).split()
    return found


def _docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def folders_left(folder: Path) -> list[Path]:
    """Temporary folders of verify below a folder."""
    return sorted(folder.glob(f"{PREFIX}*"))
