"""What a rewritten script or makefile hands to docker is what it handed over before: both are run,
with a program called docker that only says what it is given.

The scripts and makefiles stand in tests/cases/handover-run, their names say what they show.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardener.project.callers.handover import Handover
from hardener.settings import Settings
from hardener.sweep import sweep, task_for
from tests.handover.cases import DAY, Taken, callers, taking, write

CALLERS = Path(__file__).resolve().parent.parent / "cases" / "handover-run"
DOCKER = Path(__file__).with_name("docker.py")
TAKEN = (Taken("ARG NPM_TOKEN", Handover("secret", "npm_token", "NPM_TOKEN", "NPM_TOKEN")),)
# what is left as it is, as its quotes hide what make puts there
LEFT = {"in-single-quotes.mk"}


@dataclass(frozen=True, slots=True)
class Said:
    """What docker was given in a run, and how the run ended."""

    code: int
    lines: tuple[str, ...]


def ran(root: Path, *command: str) -> Said:
    environment = {
        **os.environ,
        "PATH": f"{root.parent / 'bin'}:{os.environ['PATH']}",
        "NPM_TOKEN": "npm_of_the_environment",
        "OTHER": "other_of_the_environment",
    }
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, check=False, env=environment
    )
    lines = [line for line in done.stdout.split("\n") if line.startswith(("got ", "A "))]
    return Said(done.returncode, tuple(lines))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a Dockerfile and no caller, and a program called docker beside it."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {DOCKER} "$@"\n')
    program.chmod(0o755)
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nARG NPM_TOKEN\nCOPY a /\n")
    (folder / "token").write_text("token_of_the_file\n")
    (folder / "more.mk").write_text("INCLUDED = included_token\n")
    return folder


def rewritten(root: Path) -> list[str]:
    """Rewrites the caller at `root`, and answers what is advised about it."""
    transforms = (taking(TAKEN),)
    task = task_for(root, Settings(), diff=False, day=DAY, transforms=transforms)
    (found,) = callers(list(sweep([root / "Dockerfile"], task, processes=1)))
    write([found])
    assert found.hardened is not None
    return [remark.text for remark in found.hardened.advice]


@pytest.mark.parametrize("name", sorted(path.name for path in CALLERS.glob("*.sh")))
def test_script(name: str, root: Path) -> None:
    script = Path(shutil.copy(CALLERS / name, root / "build.sh"))
    before = ran(root, "sh", "build.sh")
    assert before.lines or before.code
    assert rewritten(root) == []
    assert ran(root, "sh", "build.sh") == before, script.read_text()
    assert "--build-arg NPM_TOKEN" not in script.read_text()


@pytest.mark.parametrize("name", sorted(path.name for path in CALLERS.glob("*.mk")))
def test_makefile(name: str, root: Path) -> None:
    makefile = Path(shutil.copy(CALLERS / name, root / "Makefile"))
    before = ran(root, "make")
    assert before.lines
    assert bool(rewritten(root)) == (name in LEFT)
    assert ran(root, "make") == before, makefile.read_text()
    assert ("--build-arg" in makefile.read_text()) == (name in LEFT)


def test_script_that_passed_nothing_gets_it_from_the_environment(root: Path) -> None:
    (root / "build.sh").write_text("#!/bin/sh\ndocker build --build-arg A=b .\n")
    before = ran(root, "sh", "build.sh")
    assert rewritten(root) == []
    after = ran(root, "sh", "build.sh")
    assert sorted(after.lines) == sorted((*before.lines, "got npm_of_the_environment"))
