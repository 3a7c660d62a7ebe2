"""Cases for transforms of the ignore file: folders that a person can open.

`tests/cases/<transform>/<case>/` holds
    before/             a repository: Dockerfiles, with what their build contexts hold
    tree.txt            what is in it besides, one line each, where git can't hold it or the content
                        doesn't matter:
                            path            a file with a few bytes
                            path = text     a file with this text (`\\n` is a line end)
                            path * number   a file of so many bytes
                            path/           an empty folder
                            path -> target  a symbolic link
    after.dockerignore  what the ignore file of the root becomes, byte for byte; absent where it is
                        left alone, or none is written
    after/              the same for ignore files in other places or of other names
    advice.txt          one line for each piece of advice, in order: its line, a colon, and words
                        that stand in it; absent where none is given
    reason.txt          words that stand in the reason of the change, one line each
    error.txt           words of the error that is told instead
The name of the folder says what the case shows.
"""

from __future__ import annotations

import datetime
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardener.project.discovery import discover
from hardener.settings import Settings
from hardener.sweep import Outcome, hardened_bytes, sweep, task_for

CASES = Path(__file__).resolve().parent.parent / "cases"
TODAY = datetime.date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class ContextCase:
    """One folder, and the transform it is for."""

    transform: str
    folder: Path

    @property
    def after(self) -> dict[str, bytes]:
        """What the ignore files become, by their paths in the repository."""
        found = {}
        if (self.folder / "after.dockerignore").exists():
            found[".dockerignore"] = (self.folder / "after.dockerignore").read_bytes()
        folder = self.folder / "after"
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
        return found

    def lines(self, name: str) -> list[str]:
        """The lines of one of the case's files that aren't blank."""
        path = self.folder / name
        return [line for line in path.read_text().split("\n") if line] if path.exists() else []

    def make(self, root: Path) -> None:
        """Set the repository up in a folder that isn't there yet."""
        shutil.copytree(self.folder / "before", root, symlinks=True)
        for line in self.lines("tree.txt"):
            plant(root, line)


def plant(root: Path, line: str) -> None:
    """Make what one line of a tree.txt says."""
    if " -> " in line:
        name, _, target = line.partition(" -> ")
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to(target)
        return
    if line.endswith("/"):
        (root / line).mkdir(parents=True)
        return
    name, content = line, "planted\n"
    if " = " in line:
        name, _, content = line.partition(" = ")
        content = content.replace("\\n", "\n")
    elif " * " in line:
        name, _, size = line.partition(" * ")
        content = "x" * int(size)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(content)


def cases(transform: str) -> list[object]:
    """All cases of a transform."""
    folders = sorted(path for path in (CASES / transform).iterdir() if path.is_dir())
    return [pytest.param(ContextCase(transform, folder), id=folder.name) for folder in folders]


def ignore_files(root: Path, transform: str) -> list[Outcome]:
    """What becomes of the ignore files of a repository when this transform alone runs."""
    task = task_for(root, Settings(only=(transform,)), diff=True, day=TODAY)
    files = discover((root,), root=root).files
    outcomes = list(sweep(files, task, processes=1))
    return [outcome for outcome in outcomes if outcome.path not in files or outcome.error]


def check(case: ContextCase, root: Path) -> None:
    """Hold the case's result against its files; a second run must change nothing."""
    case.make(root)
    outcomes = ignore_files(root, case.transform)
    errors = [str(outcome.error) for outcome in outcomes if outcome.error]
    assert len(errors) == len(case.lines("error.txt")), errors
    for words, error in zip(case.lines("error.txt"), errors, strict=True):
        assert words in error
    changed = {item.name: item for item in outcomes if item.hardened and item.hardened.changed}
    assert {
        name: hardened_bytes(item.hardened) for name, item in changed.items() if item.hardened
    } == case.after
    reasons = [
        remark.text for item in outcomes if item.hardened for remark in item.hardened.changes
    ]
    assert bool(reasons) == bool(changed)
    for words in case.lines("reason.txt"):
        assert any(words in reason for reason in reasons), reasons
    told = [
        f"{remark.line}: {remark.text}"
        for item in outcomes
        if item.hardened
        for remark in item.hardened.advice
    ]
    assert len(told) == len(case.lines("advice.txt")), told
    for expected, text in zip(case.lines("advice.txt"), told, strict=True):
        line, _, words = expected.partition(": ")
        assert text.startswith(f"{line}: "), text
        assert words in text
    for name, content in case.after.items():
        (root / name).write_bytes(content)
    again = ignore_files(root, case.transform)
    assert not [item.name for item in again if item.hardened and item.hardened.changed]
