"""The plan of a split, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardener.dockerfile.nodes import Instruction
from hardener.images.facts import Family

if TYPE_CHECKING:
    from hardener.stages.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file or folder that the final stage takes from the builder.

    Attributes:
        source: absolute, in the builder.
        target: absolute, in the final stage.
        why: what needs it, in a few words; "" for the program itself.
        folder: whether it is a folder, of which the content is copied.
        owner: for --chown; None for root.
    """

    source: str
    target: str
    why: str = ""
    folder: bool = False
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """The image that the final stage is built on.

    Attributes:
        reference: as FROM takes it, not pinned.
        family: how accounts are made there; `none` where there is no shell.
        user: the user that it sets; None for root.
        folder: its working directory.
        accounts: names of users that it is known to have.
    """

    reference: str
    family: Family
    user: str | None = None
    folder: str = "/"
    accounts: frozenset[str] = frozenset()

    @property
    def has_shell(self) -> bool:
        """Whether RUN and the shell form work on it."""
        return self.family not in ("none", "windows")


@dataclass(frozen=True, slots=True)
class Package:
    """A package of the distribution that the container needs; `why` says what for."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What fetches dependencies moves in front of the COPY of all sources.

    Attributes:
        before: that COPY.
        line: copies the manifests.
        moved: the RUN that fetches.
    """

    before: Instruction
    line: str
    moved: Instruction


@dataclass(frozen=True, slots=True)
class Repeated:
    """An instruction of the builder that the final stage has too, or what stands there for it.

    Attributes:
        instruction: of the builder.
        lines: what takes its place; None for the instruction itself.
    """

    instruction: Instruction
    lines: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What an ecosystem says of one build.

    Attributes:
        what: what is built, for the reason of the change: `the Go program convert`.
        base: for the final stage.
        artifacts: what is copied from the builder.
        packages: what is installed in the final stage.
        build_variables: variables that only the build reads, besides those that every build has.
        builder_lines: instructions added at the end of the builder, such as the removal of
            development dependencies.
        final_lines: instructions added to the final stage in front of those that are copied.
        traced: whether the files that the container reads were traced one by one, so that what a
            RUN makes in front of the build, unseen, would be missed. False where whole folders of
            the builder are copied, with all that is in them.
        earlier: what fetches dependencies in front of the sources, for the build's cache.
        head: the whole final stage up to what follows the build, where the ecosystem says it
            itself (see again.py); artifacts, packages and lines are in it already.
        left: what stays in the builder, for the reason of a change that has a head.
        repeated: instructions of the builder that the final stage has as well.
        handed: folders that belong to the container's user in the final stage, with all in them.
        starts: whether the base starts the container as it is: the file's own CMD, ENTRYPOINT,
            USER and WORKDIR, and the ENV in front of the build, aren't taken over.
    """

    what: str
    base: Base
    artifacts: tuple[Artifact, ...]
    packages: tuple[Package, ...] = ()
    build_variables: frozenset[str] = frozenset()
    builder_lines: tuple[str, ...] = ()
    final_lines: tuple[str, ...] = ()
    traced: bool = False
    earlier: Earlier | None = None
    head: tuple[Repeated, ...] | None = None
    left: tuple[str, ...] = ()
    repeated: tuple[Instruction, ...] = ()
    handed: tuple[str, ...] = ()
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a build isn't split.

    Attributes:
        guard: a table of data/refusals.toml.
        met: what was met, with the place.
    """

    guard: str
    met: str = ""


@dataclass(frozen=True, slots=True)
class Swap:
    """Another base for a final stage that builds nothing: what it is, the packages that it lacks,
    and lines for what it sets in another way."""

    base: Base
    packages: tuple[Package, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A split that keeps the container working.

    Attributes:
        needs: what the ecosystem says.
        template: the file below templates/ that the head of the final stage is made from.
        last: the last instruction that stays in the builder.
        moved: instructions in front of that which go to the final stage, in order.
        repeated: instructions in front of that which both stages have, in order.
        folder: the working directory to be set; None where an instruction that follows does.
        user: the user to be set behind what is copied; None where that isn't needed.
        dropped: instructions that neither stage keeps.
    """

    needs: Needs
    template: str
    last: Instruction
    moved: tuple[Instruction, ...] = ()
    repeated: tuple[Instruction, ...] = ()
    folder: str | None = None
    user: str | None = None
    dropped: tuple[Instruction, ...] = ()


@dataclass(frozen=True, slots=True)
class Ecosystem:
    """One kind of build; a module below stages/ecosystems/ defines it as `ECOSYSTEM`.

    Attributes:
        name: the name of its template, templates/stages/<name>.Dockerfile.j2.
        builds: the RUN that builds, None where this isn't such a build.
        needs: what the container needs of it.
        sketch: one line for a person who splits by hand: what the final stage is built on and
            what it copies.
        order: those with lower numbers are asked first.
        repeats: whether the final stage is the builder over again, with all its programs but
            those that only a build needs.
        answers: guards that aren't asked, because `needs` looks at what they look at.
    """

    name: str
    builds: Callable[[Candidate], Instruction | None]
    needs: Callable[[Candidate], Needs | Refusal]
    sketch: Callable[[Candidate], str]
    order: int = 50
    repeats: bool = False
    answers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one stage.

    Attributes:
        anchor: the RUN that builds, or the FROM of a final stage that builds nothing.
        result: the plan, another base, or why there is neither.
        sketch: what the final stage would be, for a person who splits by hand.
    """

    anchor: Instruction
    result: Plan | Swap | Refusal
    sketch: str
