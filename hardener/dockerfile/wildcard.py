"""Matches the wildcard patterns of `${X#…}`, `${X%…}` and `${X/…/…}` as BuildKit does.

`*` stands for any characters and `?` for any one; a backslash makes `*`, `?` and a backslash
literal and is dropped before `/` and `}`. There are no bracket expressions. BuildKit turns a
pattern into a regular expression (moby/buildkit, frontend/dockerfile/shell/lex.go); here the
stretches between the stars are searched for one after another, which no pattern makes slow.

The functions answer None where they give up: a line break in the value, which a wildcard doesn't
cross, or too many false starts of a stretch that holds `?`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# `?` is rare, and what precedes it seldom occurs twice in a path or a version
_FALSE_STARTS = 64
_TOKEN = re.compile(
    r"\\(?P<literal>[*?\\])|\\(?=[/}])|(?P<plain>[^\\*?]+)|(?P<wildcard>[*?])|(?P<stray>\\)"
)
_PAIR = re.compile(r"\\.|.", re.DOTALL)
_REFERENCE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))")


class PatternError(ValueError):
    """A backslash before a character that needs none, which BuildKit refuses."""


class _GaveUp(Exception):  # noqa: N818 - steers, never leaves the module
    pass


def remove_prefix(pattern: str, value: str, *, longest: bool) -> str | None:
    """`value` without the shortest or longest beginning that `pattern` matches.

    Raises:
        PatternError: the pattern has an escape that BuildKit refuses.
    """
    try:
        end = _Search(pattern, value).match(0, longest=longest)
    except _GaveUp:
        return None
    return value if end is None else value[end:]


def remove_suffix(pattern: str, value: str, *, longest: bool) -> str | None:
    """`value` without the shortest or longest end that `pattern` matches.

    Raises:
        PatternError: the pattern has an escape that BuildKit refuses.
    """
    backwards = "".join(reversed(_PAIR.findall(pattern)))
    rest = remove_prefix(backwards, value[::-1], longest=longest)
    return None if rest is None else rest[::-1]


def replace(pattern: str, replacement: str, value: str, *, every: bool) -> str | None:
    """`value` with the first or every longest match of `pattern` replaced.

    Where every match is replaced, `$0` in `replacement` stands for the match, `$$` for a dollar
    and any other `$name` for nothing, since BuildKit hands it to Go's ReplaceAllString.

    Raises:
        PatternError: the pattern has an escape that BuildKit refuses.
    """
    try:
        search = _Search(pattern, value)
        if every:
            return search.replace_every(replacement)
        found = search.find(0)
    except _GaveUp:
        return None
    return value if found is None else value[: found[0]] + replacement + value[found[1] :]


class _Stretch(NamedTuple):
    """What stands between two stars: `length` characters, of which `runs` are literal."""

    length: int
    runs: tuple[tuple[int, str], ...]

    @property
    def literal(self) -> str | None:
        """The text of a stretch without `?`, else None."""
        if self.length == 0:
            return ""
        offset, text = self.runs[0] if self.runs else (0, "")
        return text if len(text) == self.length and offset == 0 else None


def _stretches(pattern: str) -> tuple[_Stretch, ...]:
    """The stretches of a pattern: one more than it has stars."""
    done: list[_Stretch] = []
    runs: list[tuple[int, str]] = []
    length = 0
    # Go's text/scanner, which BuildKit reads the pattern with, drops a byte order mark
    for token in _TOKEN.finditer(pattern.removeprefix("\ufeff")):
        text = token["literal"] or token["plain"]
        if text:
            offset, before = runs[-1] if runs else (0, "")
            if runs and offset + len(before) == length:
                runs[-1] = (offset, before + text)
            else:
                runs.append((length, text))
            length += len(text)
        elif token["wildcard"] == "?":
            length += 1
        elif token["wildcard"] == "*":
            done.append(_Stretch(length, tuple(runs)))
            runs, length = [], 0
        elif token["stray"]:
            raise PatternError("in a pattern a backslash escapes only * ? / } and a backslash")
    return (*done, _Stretch(length, tuple(runs)))


class _Search:
    """One pattern looked for in one value."""

    def __init__(self, pattern: str, value: str) -> None:
        self._stretches = _stretches(pattern)
        self._value = value
        self._false_starts = 0
        wild = len(self._stretches) > 1 or self._stretches[0].literal is None
        if wild and "\n" in value:
            raise _GaveUp

    def match(self, start: int, *, longest: bool) -> int | None:
        """Where the shortest or longest match that begins at `start` ends."""
        first, *rest = self._stretches
        if not self._fits(first, start):
            return None
        at = start + first.length
        for number, stretch in enumerate(rest, 1):
            # a star before the last stretch may always stop early: that leaves the most room
            last = longest and number == len(rest)
            begin = self._last(stretch, at) if last else self._first(stretch, at)
            if begin is None:
                return None
            at = begin + stretch.length
        return at

    def find(self, start: int) -> tuple[int, int] | None:
        """The leftmost match at or after `start`, the longest that begins there."""
        begin = self._first(self._stretches[0], start)
        # where the rest doesn't follow the first place it doesn't follow a later one
        end = None if begin is None else self.match(begin, longest=True)
        return None if begin is None or end is None else (begin, end)

    def replace_every(self, replacement: str) -> str:
        value = self._value
        literal = self._stretches[0].literal if len(self._stretches) == 1 else None
        if literal:
            return value.replace(literal, _with_match(replacement, literal))
        done = at = 0
        parts = []
        while at <= len(value) and (found := self.find(at)):
            self._count()
            begin, end = found
            parts.append(value[done:begin])
            # Go leaves out an empty match right behind another one
            if end > done or begin == 0:
                parts.append(_with_match(replacement, value[begin:end]))
            done = end
            at = max(end, at + 1)
        return "".join(parts) + value[done:]

    def _fits(self, stretch: _Stretch, at: int) -> bool:
        value = self._value
        return at + stretch.length <= len(value) and all(
            value.startswith(text, at + offset) for offset, text in stretch.runs
        )

    def _first(self, stretch: _Stretch, start: int) -> int | None:
        if not stretch.runs:
            return start if start + stretch.length <= len(self._value) else None
        offset, text = stretch.runs[0]
        at = self._value.find(text, start + offset)
        while at >= 0:
            if self._fits(stretch, at - offset):
                return at - offset
            self._count()
            at = self._value.find(text, at + 1)
        return None

    def _last(self, stretch: _Stretch, start: int) -> int | None:
        latest = len(self._value) - stretch.length
        if latest < start or not stretch.runs:
            return latest if latest >= start else None
        offset, text = stretch.runs[0]
        at = self._value.rfind(text, start + offset, latest + offset + len(text))
        while at >= 0:
            if self._fits(stretch, at - offset):
                return at - offset
            self._count()
            at = self._value.rfind(text, start + offset, at - 1 + len(text))
        return None

    def _count(self) -> None:
        self._false_starts += 1
        if self._false_starts > _FALSE_STARTS:
            raise _GaveUp


def _with_match(replacement: str, matched: str) -> str:
    """A replacement with its references filled in, by the rules of Go's regexp.Expand."""

    def fill(reference: re.Match[str]) -> str:
        if reference[0] == "$$":
            return "$"
        return matched if "0" in (reference[1], reference[2]) else ""

    return _REFERENCE.sub(fill, replacement) if "$" in replacement else replacement
