"""Chooses the patterns that keep some things out of a build context, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hardener.project.contents import Found
from hardener.project.context import ROOT
from hardener.project.ignorefile import (
    NO_FOLDER,
    FolderState,
    IgnoreFile,
    IgnoreFileError,
    IgnorePattern,
    parse_ignore_file,
)
from hardener.project.overlap import relations, segments

_FEW = 4
_WILD = re.compile(r"[*?\[\]\\^]")


@dataclass(frozen=True, slots=True)
class Line:
    """A pattern, and what it is meant to keep out."""

    pattern: str
    items: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Covering:
    """Patterns that keep out what they are meant to.

    `left` are the things that no pattern could be found for, each with the reason and what to do.
    """

    lines: tuple[Line, ...]
    left: tuple[tuple[Found, str, str], ...]


Refusal = Callable[[str, Found], str | None]
"""Why a pattern must not be written for something; None if it may."""


def cover(
    items: Sequence[Found], staying: Iterable[str], refuses: Refusal, existing: IgnoreFile
) -> Covering:
    """Patterns for `items`, the shortest that can be: by name where that hits nothing else, path
    by path where it would.

    Args:
        items: what is to be kept out.
        staying: the paths of all other files.
        refuses: what else speaks against a pattern.
        existing: the ignore file behind whose lines the patterns come.

    It ends because a pattern that hits something else is never tried again.
    """
    wanted = list(_by_name(items))
    paths = list(staying)
    banned: set[str] = set()
    while True:
        lines, left = _settled(wanted, banned, refuses, existing)
        hitting = _hitting(lines, paths)
        if not hitting:
            return Covering(tuple(lines), tuple(left))
        banned |= hitting


def exact(path: str) -> str | None:
    """The pattern that matches this path only; None for a path that can't be written as one."""
    unwritable = path.startswith(("#", "!")) or path != path.strip() or not path.isprintable()
    return None if unwritable else _WILD.sub(r"\\\g<0>", path)


def change_of_exceptions(pattern: str, existing: IgnoreFile) -> IgnorePattern | None:
    """A `!` line whose meaning would change if the pattern came behind it."""
    added = segments(pattern)
    for line in existing.patterns:
        if line.exception and relations(added, segments(line.cleaned)):
            return line
    return None


def _by_name(items: Sequence[Found]) -> Iterator[Line]:
    """One line for all things of a kind that have the same name, but for a few of a common name."""
    groups: dict[tuple[int, str], list[Found]] = {}
    for item in items:
        groups.setdefault((item.kind.number, item.name), []).append(item)
    lines = []
    for (_, name), group in groups.items():
        if group[0].kind.common and len(group) <= _FEW:
            lines += [Line(exact(item.path) or name, (item,)) for item in group]
        else:
            lines.append(Line(_pattern(name, group), tuple(group)))
    yield from sorted(lines, key=_order)


def _order(line: Line) -> tuple[int, str]:
    return line.items[0].kind.number, line.pattern.removeprefix("**/")


def _pattern(name: str, group: Sequence[Found]) -> str:
    """The pattern for things of one name: as narrow as it can be and still be about the name."""
    first, deep = group[0], group[0].kind.deep
    if len(group) == 1 and first.there and not deep and (path := exact(first.path)) is not None:
        return path
    names = {item.path.rpartition("/")[2] for item in group}
    one = len(names) == 1 and "/" not in name and all(item.there for item in group)
    literal = (exact(names.pop()) if one else None) or name
    return f"**/{literal}" if deep or any(item.parent != ROOT for item in group) else literal


def _settled(
    wanted: Sequence[Line], banned: set[str], refuses: Refusal, existing: IgnoreFile
) -> tuple[list[Line], list[tuple[Found, str, str]]]:
    """The lines as they may be written: path by path where a name is banned or refused."""
    lines: dict[str, Line] = {}
    left: list[tuple[Found, str, str]] = []

    def refusal(pattern: str, items: Sequence[Found]) -> tuple[str, str] | None:
        if pattern in banned:
            return "a pattern for it would keep out other files", ""
        line = change_of_exceptions(pattern, existing)
        if line is not None:
            why = f"behind line {line.line}, {line.text}, it would take away what that brings back"
            return why, "Write it above that line"
        reasons = (refuses(pattern, item) for item in items)
        reason = next((reason for reason in reasons if reason is not None), None)
        return None if reason is None else (reason, "")

    for line in wanted:
        if refusal(line.pattern, line.items) is None:
            lines[line.pattern] = line
            continue
        for item in line.items:
            pattern = exact(item.path)
            if pattern is None:
                why: tuple[str, str] | None = (
                    "no pattern can be written for its name",
                    "Rename it",
                )
            elif not item.there and pattern != item.path:
                continue
            else:
                why = refusal(pattern, [item])
            if pattern is not None and why is None:
                lines.setdefault(pattern, Line(pattern, (item,)))
            else:
                left.append((item, *(why or ("", ""))))
    return list(lines.values()), left


def _hitting(lines: Sequence[Line], paths: Sequence[str]) -> set[str]:
    """The patterns that would keep out one of the paths."""
    text = "\n".join(line.pattern for line in lines)
    try:
        ignore = parse_ignore_file(text.encode("utf-8", "surrogateescape"))
        return {lines[by.line - 1].pattern for by in _matches(ignore, paths)}
    except IgnoreFileError as error:
        return {lines[(error.line or 1) - 1].pattern}


def _matches(ignore: IgnoreFile, paths: Sequence[str]) -> Iterator[IgnorePattern]:
    """The patterns that keep out one of the paths, each at least once."""
    if not ignore.patterns:
        return
    states: dict[str, FolderState] = {"": NO_FOLDER}
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in states:
            above = ""
            for end in (at for at, char in enumerate(f"{folder}/") if char == "/"):
                below = folder[:end]
                if below not in states:
                    states[below] = ignore.folder(below, states[above])
                above = below
        verdict = ignore.entry(path, states[folder])
        if verdict.excluded and verdict.by is not None:
            yield verdict.by
