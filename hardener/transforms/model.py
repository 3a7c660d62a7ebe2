"""What a transform is, what it is given and what it answers."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.dockerfile.parse import parse
from hardener.images.pins import Pins, Wanted
from hardener.images.registry.image import Image
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Usage
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
        pins: what registries said of the images that a transform asked for; empty offline.
        usage: how the images are built and run, as far as callers say it.
    """

    dockerfile: Dockerfile
    settings: Settings
    today: datetime.date
    locate: Callable[[Dockerfile], BuildContext] | None = None
    pins: Pins = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)

    @cached_property
    def context(self) -> BuildContext | None:
        """The build context, looked for when it is first asked for.

        Raises:
            HardenError: its ignore file can't be read.
        """
        return None if self.locate is None else self.locate(self.dockerfile)


@dataclass(frozen=True)
class Placed:
    """A Dockerfile and where it stands; `name` is the path as shown, `path` the one to open."""

    path: Path
    name: str
    text: str

    @cached_property
    def dockerfile(self) -> Dockerfile:
        """The text as read; it is one that can be."""
        return parse(self.text)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A build context with everything that is built from it: what a transform of the file that
    says what is in the context may look at.

    Attributes:
        context: the build context, seen through its ignore file as it is.
        dockerfiles: all that are built with this context and this ignore file, as hardened.
        ignore_path: the ignore file that holds for them, or the one to be made.
        ignore_text: what it holds; None where there is none.
        settings: of the project.
        unseen: the builds with this context whose Dockerfile isn't in the repository, as
            `compose.yaml:12: its Dockerfile stands in the compose file itself`.
    """

    context: BuildContext
    dockerfiles: tuple[Placed, ...]
    ignore_path: Path
    ignore_text: str | None
    settings: Settings
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """Edits to the ignore file (of an empty text where there is none), and why.

    `reason` is one line, `line` the 1-based line that it is about.
    """

    line: int
    reason: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class FileAdvice:
    """Something about the ignore file or the context that is left to a person."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One set of edits that belong together, and why.

    Attributes:
        anchor: the instruction that is changed, or that is the cause.
        reason: one line for the reader of a pull request, without the file and line.
        edits: offsets in the text of the subject's Dockerfile.
        offset: what is meant, where that is no instruction (`# syntax=`); else None.
        handovers: what callers have to hand over in another way from now on.
        announces: differences in the built image that it makes on purpose, besides those that the
            transform always makes, in the words of verify/data/rules.toml.
    """

    anchor: Instruction
    reason: str
    edits: tuple[Edit, ...]
    offset: int | None = None
    handovers: tuple[Handover, ...] = ()
    announces: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Advice:
    """Something found that is left to a person.

    Attributes:
        anchor: the instruction meant.
        reason: one line: what was found, why it isn't changed, and what to write instead.
        offset: what is meant, where that is no instruction (`# syntax=`); else None.
    """

    anchor: Instruction
    reason: str
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that the project's own settings forbid: an error, not advice.

    The attributes are those of Advice.
    """

    anchor: Instruction
    reason: str
    offset: int | None = None


Finding = Change | Advice | Violation


@dataclass(frozen=True, slots=True)
class Asked:
    """An image that a transform wants to know about from its registry, and where it stands."""

    anchor: Instruction
    image: Image
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Transform:
    """A named rewrite.

    Attributes:
        name: kebab-case and imperative.
        summary: one line for `harden rules`.
        level: how sure its changes are.
        look: what it finds in a subject; it reads neither network, clock nor environment.
        look_around: what it finds in a build context, for a transform of the ignore file.
        asks: the images that it wants to find in the subject's `pins`.
        after: names of transforms that run before this one.
        changes: what its edits change on purpose, besides the text they replace.
        brings_images: whether its edits may name images that the file didn't name before.
    """

    name: str
    summary: str
    level: Level
    look: Callable[[Subject], Iterable[Finding]] | None = None
    look_around: Callable[[Surroundings], Iterable[FileChange | FileAdvice]] | None = None
    asks: Callable[[Subject], Iterable[Asked]] | None = None
    after: tuple[str, ...] = ()
    changes: frozenset[Aspect] = frozenset()
    brings_images: bool = False

    @property
    def page(self) -> str:
        """What `harden explain` prints: the docstring of the module that defines it."""
        looking = self.look or self.look_around
        return (sys.modules[looking.__module__].__doc__ or self.summary).strip()
