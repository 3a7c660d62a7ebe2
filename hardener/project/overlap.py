"""Whether two patterns of paths can mean the same path, or one a path inside the other's.

Patterns have one segment for each name; `**` stands for any number of names, `*` and `?` for
characters of one name. A class in brackets counts as `?`, so that the answer may be yes where
it is no, never the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal

# Linux takes no longer name (NAME_MAX); what is longer still, or deeper, isn't compared
_LONGEST_NAME = 255
_MOST_SEGMENTS = 200
_SPECIAL = re.compile(r"[*?\\]")
_CLASS = re.compile(r"\[\^?(?:\\.|[^\]\\])[^\]]*\]", re.DOTALL)

Relation = Literal["equal", "covers", "inside"]
"""`equal`: both may match the same path. `covers`: the first may match a path of the second, or a
folder that it is in. `inside`: it may match something in a folder that the second matches."""


def segments(pattern: str) -> tuple[str, ...]:
    """The segments of a pattern; a class in brackets, which may hold a `/`, becomes `?`."""
    return tuple(part for part in _CLASS.sub("?", pattern).split("/") if part not in ("", "."))


def relations(first: Sequence[str], second: Sequence[str]) -> frozenset[Relation]:
    """How two patterns, as segments, may stand to each other; empty where they never meet."""
    if max(len(first), len(second)) > _MOST_SEGMENTS:
        return frozenset({"equal", "covers", "inside"})
    if "**" not in first and "**" not in second:
        if not all(map(_names_meet, first, second)):
            return frozenset()
        if len(first) > len(second):
            return frozenset({"inside"})
        return frozenset({"equal", "covers"} if len(first) == len(second) else {"covers"})

    @cache
    def compare(at: int, other: int) -> frozenset[Relation]:
        if at == len(first):
            both = all(name == "**" for name in second[other:])
            return frozenset({"equal", "covers"} if both else {"covers"})
        if other == len(second):
            return frozenset({"inside"})
        a, b = first[at], second[other]
        found: frozenset[Relation] = frozenset()
        if a == "**":
            found |= compare(at + 1, other) | compare(at, other + 1)
        if b == "**":
            found |= compare(at, other + 1) | compare(at + 1, other)
        if a != "**" and b != "**" and _names_meet(a, b):
            found |= compare(at + 1, other + 1)
        return found

    return compare(0, 0)


@lru_cache(maxsize=1 << 16)
def _names_meet(first: str, second: str) -> bool:
    """Whether one name can match two patterns of a name."""
    if not _SPECIAL.search(first) and not _SPECIAL.search(second):
        return first == second
    if max(len(first), len(second)) > _LONGEST_NAME:
        return True
    a, b = tuple(_tokens(first)), tuple(_tokens(second))

    @cache
    def meet(at: int, other: int) -> bool:
        if at == len(a) and other == len(b):
            return True
        if at < len(a) and a[at] == "*":
            return meet(at + 1, other) or (other < len(b) and meet(at, other + 1))
        if other < len(b) and b[other] == "*":
            return meet(at, other + 1) or (at < len(a) and meet(at + 1, other))
        if at == len(a) or other == len(b):
            return False
        same = a[at] == b[other] or "?" in (a[at], b[other])
        return same and meet(at + 1, other + 1)

    return meet(0, 0)


def _tokens(pattern: str) -> Iterator[str]:
    """`*`, `?`, and every other character with a backslash in front, so that it is no wildcard."""
    escaped = False
    for char in pattern:
        if escaped:
            yield "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            yield "*"
        else:
            yield "?" if char == "?" else "\\" + char
