"""`harden --write --verify` with the real engine: only what was proved is written."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

pytestmark = pytest.mark.engine


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hardener", "--offline", "--build-network", "host", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_the_same_is_written(engine: str, tmp_path: Path) -> None:
    folder = tmp_path / "flask-sqlite"
    shutil.copytree(REPOSITORY / "samples" / "flask-sqlite", folder)
    ran = run(folder, "--write", "--verify")
    assert ran.returncode == 0, ran.stderr
    assert "verified, the same before and after" in ran.stderr
    assert "USER 10001:10001" in (folder / "Dockerfile").read_text()
    assert (folder / ".dockerignore").exists()
    assert run(folder, "--check").returncode == 0


def test_what_does_not_build_is_held_back(engine: str, tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM python:3.11-slim\nADD app.py /\nRUN false\n")
    (tmp_path / "app.py").write_text("print()\n")
    ran = run(tmp_path, "--write", "--verify")
    assert ran.returncode == 1, ran.stderr
    assert "not written" in ran.stderr
    assert "ADD app.py" in dockerfile.read_text()
    assert not (tmp_path / ".dockerignore").exists()
