"""Comments by which a Dockerfile turns transforms off.

`# harden: ignore[run-as-nonroot] reason` above an instruction speaks of that instruction,
`# harden: ignore-file[pin-base-image] reason` of the whole file; without brackets, of every
transform.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hardener.dockerfile.nodes import Dockerfile, Instruction

_COMMENT = re.compile(r"harden:\s*(ignore|ignore-file)(?:\[([^\]]*)\])?(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One such comment.

    `transforms` is empty where it means all of them; `instruction` is None where it speaks of
    the whole file. `line` is 1-based.
    """

    line: int
    transforms: frozenset[str]
    instruction: Instruction | None


class Ignores:
    """All such comments of a file, to be asked about many findings."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self._off = {
            (None if ignore.instruction is None else ignore.instruction.span, name)
            for ignore in ignores
            for name in (ignore.transforms or {None})
        }

    def cover(self, transform: str, anchor: Instruction) -> bool:
        """Whether a finding of `transform` at `anchor` is turned off."""
        if not self._off:
            return False
        asked = {(place, name) for place in (None, anchor.span) for name in (None, transform)}
        return not self._off.isdisjoint(asked)


def may_hold_ignores(text: str) -> bool:
    """Whether it is worth reading a file for the comments that `ignores_of` finds."""
    return "harden:" in text


def ignores_of(dockerfile: Dockerfile) -> tuple[Ignore, ...]:
    """The comments of that kind in the file, in order."""
    return tuple(_ignores(dockerfile))


def _ignores(dockerfile: Dockerfile) -> Iterator[Ignore]:
    for comment in dockerfile.comments:
        found = _COMMENT.match(comment.text)
        if not found:
            continue
        names = frozenset(name.strip() for name in (found[2] or "").split(",")) - {""}
        if found[1] == "ignore-file":
            yield Ignore(comment.line, names, None)
            continue
        # also from inside: a comment between the lines of a continued instruction
        behind = bisect_left(
            dockerfile.instructions, comment.line, key=lambda instruction: instruction.last_line
        )
        if behind < len(dockerfile.instructions):
            yield Ignore(comment.line, names, dockerfile.instructions[behind])
