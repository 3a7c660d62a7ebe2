"""Where each character of an expanded word comes from, so that the right place can be edited.

`FROM node:${NODE_VERSION}` with `ARG NODE_VERSION=latest` expands to `node:latest`, of which
`node:` stands in the FROM and `latest` in the ARG. BuildKit expands FROM with the ARGs before the
first FROM only (frontend/dockerfile/dockerfile2llb/convert.go).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from hardener.dockerfile.assignments import AssignmentError, parse_assignments
from hardener.dockerfile.expand import ExpansionError, find_substitutions
from hardener.dockerfile.nodes import Dockerfile, Escape, Logical


@dataclass(frozen=True, slots=True)
class Traced:
    """An expanded text and, for each of its characters, the offset in the file.

    `through` names the ARGs whose defaults the text is made of.
    """

    text: str
    offsets: tuple[int, ...]
    through: tuple[str, ...] = ()

    def file_range(self, start: int, end: int) -> tuple[int, int] | None:
        """Where `text[start:end]` stands in the file; None where it isn't in one piece."""
        if start >= end:
            return None
        first = self.offsets[start]
        if self.offsets[start:end] != tuple(range(first, first + end - start)):
            return None
        return first, first + end - start


@dataclass(frozen=True, slots=True)
class Untraced:
    """A word whose value isn't in the file, or is made in a way that can't be edited.

    `names` are the variables that the caller of the build has to give; empty for the latter.
    """

    names: tuple[str, ...] = ()


Origin: TypeAlias = Traced | Untraced


# asked for every FROM of a file
@lru_cache(maxsize=2)
def global_arguments(dockerfile: Dockerfile) -> Mapping[str, Origin]:
    """The ARGs before the first FROM by name, their defaults expanded."""
    found: dict[str, Origin] = {}
    for instruction in dockerfile.preamble:
        if instruction.name != "ARG":
            continue
        try:
            assignments = parse_assignments(
                instruction.value, instruction="ARG", escape=dockerfile.escape
            )
        except AssignmentError:
            continue
        base = instruction.arguments[0]
        for assignment in assignments:
            if assignment.value_span is None:
                found.setdefault(assignment.name, Untraced((assignment.name,)))
                continue
            start, end = assignment.value_span
            found[assignment.name] = trace(
                instruction.logical, base + start, base + end, found, dockerfile.escape
            )
    return found


def trace(
    logical: Logical, start: int, end: int, arguments: Mapping[str, Origin], escape: Escape
) -> Origin:
    """The value of the word `logical.text[start:end]`, character by character.

    Only what can be edited in place is traced: literal text, quotes, `$NAME`, `${NAME}` and
    `${NAME:-default}`.
    """
    word = logical.text[start:end]
    if "$" not in word and not set("'\"" + escape) & set(word):
        return Traced(word, _offsets(logical, start, end))
    if escape in word:
        return Untraced()
    try:
        substitutions = [item for item in find_substitutions(word, escape=escape) if not item.depth]
    except ExpansionError:
        return Untraced()
    text: list[str] = []
    offsets: list[int] = []
    through: list[str] = []
    position = 0
    for substitution in substitutions:
        _add_literal(logical, start + position, start + substitution.start, text, offsets)
        value = arguments.get(substitution.name, Untraced((substitution.name,)))
        if substitution.operator in (":-", "-") and substitution.operand is not None:
            empty = isinstance(value, Traced) and not value.text
            if isinstance(value, Untraced) or (empty and substitution.operator == ":-"):
                first, behind = substitution.operand
                value = trace(logical, start + first, start + behind, arguments, escape)
            else:
                through.append(substitution.name)
        elif substitution.operator:
            return Untraced()
        else:
            through.append(substitution.name)
        if isinstance(value, Untraced):
            return value
        text.append(value.text)
        offsets += value.offsets
        through += value.through
        position = substitution.end
    _add_literal(logical, start + position, end, text, offsets)
    return Traced("".join(text), tuple(offsets), tuple(dict.fromkeys(through)))


def _offsets(logical: Logical, start: int, end: int) -> tuple[int, ...]:
    if len(logical.starts) == 1:
        first = logical.offsets[0]
        return tuple(range(first + start, first + end))
    return tuple(logical.offset(index) for index in range(start, end))


def _add_literal(
    logical: Logical, start: int, end: int, text: list[str], offsets: list[int]
) -> None:
    """Add the characters between two substitutions, leaving the quotes out."""
    for index in range(start, end):
        if logical.text[index] not in "'\"":
            text.append(logical.text[index])
            offsets.append(logical.offset(index))
