"""What a transform is, what it is given and what it answers."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.project.context import BuildContext
from hardener.settings import Settings

# How sure a change is. safe: the built image behaves as before. guarded: it changes how the
# image is built or run, and is made only where all its guards hold.
Level = Literal["safe", "guarded"]

# What the check after each transform holds to be as before, unless the transform says that it
# changes it: the keywords (ADD, COPY …), the sequence of instructions, the names and number of
# stages, ENTRYPOINT and CMD.
Aspect = Literal["keywords", "instructions", "stages", "command"]


@dataclass(frozen=True)
class Subject:
    """One Dockerfile and what is known around it: all that a transform may look at.

    Attributes:
        dockerfile: as the transforms before have left it.
        settings: of the project.
        today: the day to measure ends of life against.
        locate: finds the build context; None where there is none at hand (standard input).
    """

    dockerfile: Dockerfile
    settings: Settings
    today: datetime.date
    locate: Callable[[Dockerfile], BuildContext] | None = None

    @cached_property
    def context(self) -> BuildContext | None:
        """The build context, looked for when it is first asked for.

        Raises:
            HardenError: its ignore file can't be read.
        """
        return None if self.locate is None else self.locate(self.dockerfile)


@dataclass(frozen=True, slots=True)
class Change:
    """One set of edits that belong together, and why.

    Attributes:
        anchor: the instruction that is changed, or that is the cause.
        reason: one line for the reader of a pull request, without the file and line.
        edits: offsets in the text of the subject's Dockerfile.
    """

    anchor: Instruction
    reason: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """Something found that is left to a person.

    Attributes:
        anchor: the instruction meant.
        reason: one line: what was found, why it isn't changed, and what to write instead.
    """

    anchor: Instruction
    reason: str


Finding = Change | Advice


@dataclass(frozen=True, slots=True)
class Transform:
    """A named rewrite.

    Attributes:
        name: kebab-case and imperative.
        summary: one line for `harden rules`.
        level: how sure its changes are.
        look: what it finds in a subject; it reads neither network, clock nor environment.
        after: names of transforms that run before this one.
        changes: what its edits change on purpose, besides the text they replace.
    """

    name: str
    summary: str
    level: Level
    look: Callable[[Subject], Iterable[Finding]]
    after: tuple[str, ...] = ()
    changes: frozenset[Aspect] = frozenset()

    @property
    def page(self) -> str:
        """What `harden explain` prints: the docstring of the module that defines it."""
        return (sys.modules[self.look.__module__].__doc__ or self.summary).strip()
