"""Signs that a container needs root, or leaves it by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "drops",
    "accounts",
    "ownership",
    "supervisors",
    "root",
    "daemons",
    "development",
    "installers",
    "shells",
    "placeholders",
    "unseen",
    "foreign",
    "unknown",
    "writes",
]
"""What was met: `unseen` is a script that isn't at hand, `foreign` a program that the project
doesn't build, `unknown` one whose name or code can't be told, `writes` a change of a file that
belongs to root. The others are the tables of data/programs.toml."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One of them.

    Attributes:
        kind: what it is.
        what: the program, script or path.
        where: the script or file that it was met in; "" for the instruction itself.
    """

    kind: Kind
    what: str
    where: str = ""

    @property
    def met(self) -> str:
        """The place and the thing, for a message: `gosu in docker-entrypoint.sh`."""
        return f"{self.what} in {self.where}" if self.where else self.what
