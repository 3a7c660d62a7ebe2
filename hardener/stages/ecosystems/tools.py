"""Compilers that are installed for a build of which nothing is known here."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.nodes import Instruction
from hardener.stages.bases import plain
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Ecosystem, Needs, Refusal
from hardener.stages.packages import installed, removes_packages


def builds(candidate: Candidate) -> Instruction | None:
    """The first RUN that installs a compiler, and keeps it."""
    found = next(_compilers(candidate), None)
    return None if found is None else found[0]


def needs(candidate: Candidate) -> Needs | Refusal:
    """Nothing can be said."""
    found = next(_compilers(candidate), None)
    return Refusal("unknown_build", found[1] if found is not None else "")


def _compilers(candidate: Candidate) -> Iterator[tuple[Instruction, str]]:
    for run, name in installed(candidate):
        if name in table("packages")["compilers"]["names"] and not removes_packages(run):
            yield run.instruction, f"{name} (line {run.instruction.first_line})"


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    base = plain(candidate)
    image = base.reference if base is not None else "the same image"
    return f"{image}, without the compilers, and copies what was built"


ECOSYSTEM = Ecosystem("tools", builds, needs, sketch, order=99)
