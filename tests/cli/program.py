"""Running the program as a user does, in an environment of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Online:
    """A project and a user's home; the program may ask registries there."""

    project: Path
    home: Path

    def write(self, text: str, name: str = "Dockerfile") -> Path:
        """A file of the project."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def read(self, name: str = "Dockerfile") -> str:
        """What a file of the project holds now."""
        return (self.project / name).read_text()

    def harden(self, *arguments: str, stdin: str = "", **variables: str) -> Ran:
        """Run `harden` in the project."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "NO_COLOR": "1",
            **variables,
        }
        done = subprocess.run(
            [sys.executable, "-m", "hardener", *arguments],
            cwd=self.project,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)
