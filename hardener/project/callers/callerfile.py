"""A file that may be a caller, read; every reader of callers takes one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

from hardener.errors import HardenError
from hardener.project.callers.model import Build, Run

MAX_CODE = 4 << 20

Found: TypeAlias = Build | Run | HardenError
"""What a reader of callers yields."""


@dataclass(frozen=True)
class CallerFile:
    """A caller's text and place.

    Attributes:
        path: as it is shown; below the root given to `find_callers`.
        place: the same, relative to that root, with `/` between names.
        text: its characters, UTF-8 with surrogateescape, line ends and BOM as they are.
        variables: values that a `.env` beside it gives to its variables; they may be secrets.
    """

    path: Path
    place: str
    text: str = field(repr=False)
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> str:
        """Its folder relative to the root; "" for the root."""
        return self.place.rpartition("/")[0]

    def line(self, offset: int) -> int:
        """The line, from 1, of a character."""
        return bisect_right(self._line_ends, offset) + 1

    def problem(self, message: str, line: int | None = None) -> HardenError:
        """A problem with this file."""
        return HardenError(message, path=str(self.path), line=line)

    def unreadable(self, error: HardenError, language: str) -> HardenError:
        """The problem that it can't be read as `language`, for what `error` says."""
        return self.problem(
            f"can't be read as {language}: {error.message}; what it builds or runs isn't known",
            error.line,
        )

    @cached_property
    def _line_ends(self) -> list[int]:
        ends: list[int] = []
        at = self.text.find("\n")
        while at >= 0:
            ends.append(at + 1)
            at = self.text.find("\n", at + 1)
        return ends


class Allowance:
    """How much code of one file is read; with aliases a small file can hold a lot."""

    def __init__(self) -> None:
        self._left = MAX_CODE

    def take(self, size: int) -> None:
        """Takes `size` characters.

        Raises:
            HardenError: it is more than MAX_CODE in all.
        """
        self._left -= size
        if self._left < 0:
            raise HardenError(f"holds more than {MAX_CODE >> 20} MiB of code by its aliases")
