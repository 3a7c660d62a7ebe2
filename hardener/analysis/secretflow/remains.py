"""Finds secrets at places that no mount can help: comments, ONBUILD, what the container starts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from hardener.analysis.secretflow.literals import secret_in
from hardener.analysis.secretflow.variables import pairs_of
from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.secrets.names import is_secret_name
from hardener.secrets.values import tokens_in


@dataclass(frozen=True, slots=True)
class Remains:
    """A secret that stays in the file.

    Attributes:
        anchor: the instruction it stands in, or in front of.
        what: a name, or what kind of secret it is, without a character of it.
        offset: of a comment; None for an instruction.
    """

    anchor: Instruction
    what: str
    offset: int | None = None


def handed_on(dockerfile: Dockerfile, told: Collection[str]) -> Iterator[Remains]:
    """The secrets that the images built on this one take in, by ONBUILD ARG and ENV; those of
    which is `told` already are left out."""
    seen = set(told)
    for instruction in dockerfile.instructions:
        inner = instruction.inner
        if inner is None or inner.name not in ("ARG", "ENV"):
            continue
        for pair in pairs_of(dockerfile, inner):
            if is_secret_name(pair.name) and pair.name not in seen:
                seen.add(pair.name)
                yield Remains(instruction, pair.name)


def in_comments(dockerfile: Dockerfile) -> Iterator[Remains]:
    """Tokens that were commented out; they were committed all the same."""
    for comment in dockerfile.comments:
        text = dockerfile.text[comment.span.start : comment.span.end]
        token = next(tokens_in(text), None)
        if token is not None:
            offset = comment.span.start + token.start
            behind = (item for item in dockerfile.instructions if item.span.end > offset)
            yield Remains(next(behind, dockerfile.instructions[-1]), token.kind, offset)


def started(dockerfile: Dockerfile, suspects: Collection[int]) -> Iterator[Remains]:
    """The secrets in what the container starts, in a label or in an address; `suspects` are the
    offsets of instructions that may have one."""
    for instruction in dockerfile.instructions:
        if instruction.name != "RUN" and instruction.span.start in suspects:
            what = secret_in(instruction.value)
            if what is not None:
                yield Remains(instruction, what)
