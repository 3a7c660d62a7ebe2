"""What verifying needs from whoever hardens: the new files, and which change says what."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol

from hardener.project.callers.handover import Handover

# the variables that the transform has handed over in another way, and no others
_TAKEN_OUT = "env:TAKEN-OUT"


@dataclass(frozen=True, slots=True)
class AppliedChange:
    """One change that was made.

    Attributes:
        transform: the name of the transform that made it.
        path: the file, relative to the root.
        line: 1-based.
        reason: one line.
        says: the differences in the image that it announces, in the words of data/rules.toml
            (`announced_by`): "user", "env", "base" … for any difference of that kind, or
            "env:HOME" for this one alone.
    """

    transform: str
    path: str
    line: int
    reason: str
    says: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hardened:
    """What became of one Dockerfile and the files around it.

    Attributes:
        files: path relative to the root -> new bytes, of every file that is other than before.
        changes: in the order in which they were made.
        handovers: what its build and its container have to be handed from now on.
    """

    files: Mapping[str, bytes]
    changes: tuple[AppliedChange, ...]
    handovers: tuple[Handover, ...] = ()

    @property
    def transforms(self) -> tuple[str, ...]:
        """The transforms that changed something, in order."""
        return tuple(dict.fromkeys(change.transform for change in self.changes))


class Hardening(Protocol):
    """Hardens one Dockerfile; the same answer for the same question."""

    def __call__(self, leave_out: frozenset[str]) -> Hardened:
        """Harden without the transforms of these names. Raises HardenError."""


def announced_by(transform: str, taken_out: Collection[str] = ()) -> frozenset[str]:
    """What a transform of hardener announces (data/announces.toml).

    `taken_out` are the variables that the Dockerfile no longer sets, as it hands them over
    otherwise.
    """
    words = _announced().get(transform, frozenset())
    if _TAKEN_OUT not in words:
        return words
    return words - {_TAKEN_OUT} | {f"env:{name}" for name in taken_out}


@cache
def _announced() -> dict[str, frozenset[str]]:
    text = resources.files("hardener.verify").joinpath("data/announces.toml").read_text("utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(text).items()}
