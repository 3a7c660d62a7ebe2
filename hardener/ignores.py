"""Comments by which a Dockerfile turns transforms off.

`# harden: ignore[run-as-nonroot] reason` above an instruction speaks of that instruction,
`# harden: ignore-file[pin-base-image] reason` of the whole file; without brackets, of every
transform.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

    def covers(self, transform: str, anchor: Instruction) -> bool:
        """Whether a finding of `transform` at `anchor` is turned off."""
        if self.instruction is not None and self.instruction.span != anchor.span:
            return False
        return not self.transforms or transform in self.transforms


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
        for instruction in dockerfile.instructions:
            # also from inside: a comment between the lines of a continued instruction
            if instruction.last_line >= comment.line:
                yield Ignore(comment.line, names, instruction)
                break
