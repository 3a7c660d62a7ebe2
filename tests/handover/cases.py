"""Cases for callers: small repositories that a person can open.

`tests/cases/handover/<case>/` holds
    before/         the repository: callers, and the Dockerfiles that they build
    after/          the callers that become something else, byte for byte; absent where all are
                    left alone
    handovers.toml  what is demanded: for each [[handover]] the attributes of a Handover, and in
                    `takes` the instruction of the Dockerfile that goes for it
    advice.txt      one line for each piece of advice on callers, in order: its file, its line and
                    words that stand in it, with colons between; absent where none is given
The name of the folder says what the case shows.
"""

from __future__ import annotations

import datetime
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardener.dockerfile.edits import Edit
from hardener.files import encode
from hardener.project.callers.handover import Handover
from hardener.project.discovery import discover
from hardener.settings import Settings
from hardener.sweep import Outcome, sweep, task_for
from hardener.transforms import Change, Finding, Subject, Transform

CASES = Path(__file__).resolve().parent.parent / "cases" / "handover"
DAY = datetime.date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class Taken:
    """A handover, and the instruction that goes for it."""

    instruction: str
    handover: Handover


def taking(taken: tuple[Taken, ...]) -> Transform:
    """A transform that takes instructions out of Dockerfiles and wants handovers for them."""

    def look(subject: Subject) -> Iterator[Finding]:
        for instruction in subject.dockerfile.instructions:
            text = instruction.span.of(subject.dockerfile.text)
            for one in taken:
                if text.strip() == one.instruction:
                    span = instruction.span
                    edit = Edit(span.start, span.end, "")
                    yield Change(instruction, "goes", (edit,), handovers=(one.handover,))

    return Transform(
        "mount-secrets",
        "takes what a case names out of Dockerfiles",
        "guarded",
        look,
        changes=frozenset({"instructions", "keywords"}),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One folder."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def rewritten(self) -> bool:
        return (self.folder / "after").is_dir()

    @property
    def taken(self) -> tuple[Taken, ...]:
        said = tomllib.loads((self.folder / "handovers.toml").read_text("utf-8"))
        found = []
        for entry in said["handover"]:
            instruction = entry.pop("takes", f"ARG {entry.get('arg', '')}")
            stages = tuple(entry.pop("stages", ()))
            found.append(Taken(instruction, Handover(stages=stages, **entry)))
        return tuple(found)

    @property
    def advice(self) -> list[tuple[str, int, str]]:
        path = self.folder / "advice.txt"
        lines = path.read_text("utf-8").split("\n") if path.exists() else []
        parts = [line.split(":", 2) for line in lines if line.strip()]
        return [(name, int(number), words.strip()) for name, number, words in parts]

    def copied(self, folder: Path) -> Path:
        """The repository as it is before, below `folder`."""
        root = folder / "repository"
        shutil.copytree(self.folder / "before", root, symlinks=True)
        return root

    def run(self, root: Path, *, diff: bool = False) -> list[Outcome]:
        """What becomes of the callers and the Dockerfiles of the repository at `root`."""
        transforms = (taking(self.taken),)
        task = task_for(root, Settings(), diff=diff, day=DAY, transforms=transforms)
        files = discover((root,), root=root).files
        return list(sweep(files, task, processes=1))


def cases(*, rewritten: bool) -> list[object]:
    """The cases in which a caller is rewritten, or those in which all are left alone."""
    found = [Case(folder) for folder in sorted(CASES.iterdir()) if folder.is_dir()]
    return [pytest.param(case, id=case.name) for case in found if case.rewritten == rewritten]


def write(outcomes: list[Outcome]) -> None:
    """Writes what became of the files."""
    for outcome in outcomes:
        if outcome.hardened is not None and outcome.hardened.changed:
            outcome.path.write_bytes(encode(outcome.hardened.table.text))


def callers(outcomes: list[Outcome]) -> list[Outcome]:
    """Those of the outcomes that are of callers."""
    return [outcome for outcome in outcomes if outcome.surrounding]


def check(case: Case, root: Path) -> None:
    """Hold what becomes of the case's callers against its files; a second run changes nothing."""
    outcomes = case.run(root)
    found = callers(outcomes)
    assert all(outcome.error is None for outcome in outcomes)
    changed = {
        outcome.name: encode(outcome.hardened.table.text)
        for outcome in found
        if outcome.hardened is not None and outcome.hardened.changed
    }
    after = case.folder / "after"
    expected = {
        path.relative_to(after).as_posix(): path.read_bytes()
        for path in sorted(after.rglob("*"))
        if path.is_file()
    }
    assert {name: text.decode() for name, text in changed.items()} == {
        name: text.decode() for name, text in expected.items()
    }
    told = [
        (outcome.name, remark.line, remark.text)
        for outcome in found
        if outcome.hardened is not None
        for remark in outcome.hardened.advice
    ]
    assert len(told) == len(case.advice), told
    for (name, line, text), (expected_name, expected_line, words) in zip(
        told, case.advice, strict=True
    ):
        assert (name, line) == (expected_name, expected_line), text
        assert words in text
    for outcome in found:
        assert outcome.hardened is not None
        assert bool(outcome.hardened.changes) == outcome.hardened.changed
    write(found)
    assert not [one for one in callers(case.run(root)) if one.hardened and one.hardened.changed]
    write(outcomes)
    assert callers(case.run(root)) == []
