"""Finds the expansions in a piece of code: those that tree-sitter found, and plain variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hardener.dockerfile.shell.model import Expansion
from hardener.dockerfile.shell.source import Source

_VARIABLE = re.compile(
    r"\$(?:([A-Za-z_]\w*|[\d@*#?$!-])|\{([A-Za-z_]\w*|\d+|[@*#?$!-])\})", re.ASCII
)
_BRACES = re.compile(
    r"\$\{([!#]?)([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[[^\]]*\])?"
    r"(:?[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|:|@|)",
    re.ASCII,
)
_SUBSTITUTIONS = frozenset({"$(", "`", "<(", ">("})
# each holds its operand, which may hold another
_LONGEST = 1_000


class Replaced(NamedTuple):
    """An expansion as tree-sitter found it, at `start` to `end` of the code."""

    start: int
    end: int
    name: str
    operator: str
    operand: str = ""


def _variable(found: re.Match[str]) -> Replaced:
    return Replaced(found.start(), found.end(), found[1] or found[2], "")


def read_braces(code: str, start: int, end: int) -> Replaced | None:
    """The `${…}` at `code[start:end]` (POSIX.1-2024, XCU 2.6.2; Bash manual, 3.5.3)."""
    found = _BRACES.match(code, start, end - 1)
    if found is None or end - start > _LONGEST:
        return None
    prefix, name, operator = found.groups()
    operator = {"#": "length", "!": "indirect"}.get(prefix, operator)
    return Replaced(start, end, name, operator, code[found.end() : end - 1])


class Expansions:
    """The expansions in a piece of code, by the place where each begins.

    Plain variables are found here; tree-sitter-bash overlooks some (in `/$A/$B-c`).
    """

    def __init__(self, source: Source, replaced: Sequence[Replaced]) -> None:
        self._source = source
        self._replaced = replaced
        self._at: dict[int, int] = {}
        for index, item in enumerate(replaced):
            self._at.setdefault(item.start, index)

    def begins(self, position: int) -> bool:
        """Whether one that tree-sitter found begins at `position`."""
        return position in self._at

    def take(self, position: int, end: int, into: list[Expansion], quoted: bool) -> int | None:
        """Add the one at `position`, and those inside it, to `into`; where it ends."""
        index = self._at.get(position)
        if index is None:
            found = _VARIABLE.match(self._source.code, position, end)
            if found is None:
                return None
            into.append(self._expansion(_variable(found), quoted))
            return found.end()
        outer = self._replaced[index]
        into.append(self._expansion(outer, quoted))
        into.extend(self._expansion(item, quoted) for item in self._inside(index))
        return outer.end

    def _inside(self, index: int) -> list[Replaced]:
        """Those inside the one at `index`; what stands in a substitution isn't looked at."""
        outer = self._replaced[index]
        if outer.operator in _SUBSTITUTIONS:
            return []
        inside: list[Replaced] = []
        position = outer.start + 1
        for item in self._replaced[index + 1 :]:
            if item.start >= outer.end:
                break
            inside.append(item)
            if item.operator in _SUBSTITUTIONS:
                inside += self._variables(position, item.start)
                position = item.end
        inside += self._variables(position, outer.end)
        return sorted({item.start: item for item in reversed(inside)}.values())

    def _variables(self, start: int, end: int) -> Iterator[Replaced]:
        code = self._source.code
        for found in _VARIABLE.finditer(code, start, end):
            if code[found.start() - 1] != "\\":
                yield _variable(found)

    def _expansion(self, item: Replaced, quoted: bool) -> Expansion:
        start, end = self._source.span(item.start, item.end)
        return Expansion(start, end, item.name, item.operator, item.operand, quoted)
