"""What verifying needs from whoever hardens: the new files, and which change says what."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Protocol


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
    """

    files: Mapping[str, bytes]
    changes: tuple[AppliedChange, ...]

    @property
    def transforms(self) -> tuple[str, ...]:
        """The transforms that changed something, in order."""
        return tuple(dict.fromkeys(change.transform for change in self.changes))


class Hardening(Protocol):
    """Hardens one Dockerfile; the same answer for the same question."""

    def __call__(self, leave_out: frozenset[str]) -> Hardened:
        """Harden without the transforms of these names. Raises HardenError."""


def announced_by(transform: str) -> frozenset[str]:
    """What a transform of hardener announces (data/announces.toml)."""
    return _announced().get(transform, frozenset())


@cache
def _announced() -> dict[str, frozenset[str]]:
    text = resources.files("hardener.verify").joinpath("data/announces.toml").read_text("utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(text).items()}
