"""Runs the transforms over one Dockerfile, checks after each, and keeps what came of it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from hardener.dockerfile.check import require_buildable
from hardener.dockerfile.edits import Edit, EditConflictError, PieceTable
from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.nodes import Dockerfile
from hardener.dockerfile.parse import parse
from hardener.ignores import Ignores, ignores_of, may_hold_ignores
from hardener.images.pins import Pins, Wanted
from hardener.images.registry.image import Image
from hardener.invariants import broken_invariant
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Usage
from hardener.project.context import BuildContext
from hardener.settings import Settings
from hardener.transforms import (
    Advice,
    Change,
    FileChange,
    Finding,
    Subject,
    Surroundings,
    Transform,
    Violation,
    all_transforms,
)

if TYPE_CHECKING:
    from hardener.secrets.redact import Redaction

_NOTHING: Pins = MappingProxyType({})
_UNUSED = Usage()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to tell about a file.

    Attributes:
        transform: the name of the transform that says it.
        line: 1-based, in the file as it was.
        text: one line.
        announces: as for a Change.
    """

    transform: str
    line: int
    text: str
    announces: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hardened:
    """What became of one Dockerfile.

    Attributes:
        table: the text with its edits.
        changes: why each change was made.
        advice: what was found and left to a person.
        faults: what the tool itself got wrong and took back.
        violations: what the project's own settings forbid.
        demanded: what callers have to hand over in another way from now on, by the name of the
            transform that wants it.
    """

    table: PieceTable
    changes: tuple[Remark, ...]
    advice: tuple[Remark, ...]
    faults: tuple[Remark, ...]
    violations: tuple[Remark, ...] = ()
    demanded: Mapping[str, tuple[Handover, ...]] = field(default_factory=dict)

    @property
    def handovers(self) -> tuple[Handover, ...]:
        """What callers have to hand over in another way from now on."""
        return tuple(dict.fromkeys(one for several in self.demanded.values() for one in several))

    @property
    def failed(self) -> bool:
        """Whether something is wrong that a person has to look at: the run ends as an error."""
        return bool(self.faults or self.violations)

    @property
    def changed(self) -> bool:
        """Whether the text is another than before."""
        return self.table.text != self.table.original


def harden(
    text: str,
    settings: Settings,
    *,
    today: datetime.date,
    locate: Callable[[Dockerfile], BuildContext] | None = None,
    pins: Pins = _NOTHING,
    usage: Usage = _UNUSED,
    transforms: Sequence[Transform] | None = None,
) -> Hardened:
    """Harden the text of one Dockerfile.

    Parameters:
        text: its characters, undecodable bytes as lone surrogates.
        settings: which transforms run, and how.
        today: the day to measure ends of life against.
        locate: finds the build context, should a transform ask for it; None where there is none.
        pins: what registries said of the images that `images_asked` names.
        usage: how its images are built and run.
        transforms: these instead of those that the settings choose.

    Raises:
        DockerfileError: what no build accepts, with the line.
        HardenError: the context's ignore file can't be read.
    """
    dockerfile = _readable(text)
    state = _State(PieceTable.of(text), dockerfile)
    for transform in wanted(settings) if transforms is None else transforms:
        if transform.look is not None:
            subject = Subject(state.dockerfile, settings, today, locate, pins, usage)
            state.run(transform, transform.look(subject))
    return Hardened(
        state.table,
        tuple(sorted(state.changes, key=_by_line)),
        tuple(sorted(state.advice, key=_by_line)),
        tuple(state.faults),
        tuple(sorted(state.violations, key=_by_line)),
        {name: tuple(dict.fromkeys(several)) for name, several in state.demanded.items()},
    )


def images_asked(
    text: str,
    settings: Settings,
    *,
    today: datetime.date,
    locate: Callable[[Dockerfile], BuildContext] | None = None,
    usage: Usage = _UNUSED,
    transforms: Sequence[Transform] | None = None,
) -> dict[Image, Wanted]:
    """The images of one Dockerfile that transforms want to know about from their registries.

    Those that a transform adds to the text are among them. Parameters and errors are those of
    `harden`.
    """
    chosen = tuple(wanted(settings) if transforms is None else transforms)
    if not any(transform.asks is not None for transform in chosen):
        return {}
    state = _State(PieceTable.of(text), _readable(text))
    bringing = _bring_images(chosen)
    images: dict[Image, Wanted] = {}
    for transform in chosen:
        subject = Subject(state.dockerfile, settings, today, locate, usage=usage)
        ignores = Ignores(ignores_of(state.dockerfile))
        for asked in transform.asks(subject) if transform.asks is not None else ():
            if not ignores.cover(transform.name, asked.anchor):
                images[asked.image] = images.get(asked.image, Wanted()) | asked.wanted
        if transform.name in bringing and transform.look is not None:
            state.run(transform, transform.look(subject))
    return images


def _bring_images(transforms: Sequence[Transform]) -> frozenset[str]:
    """The transforms that may add an image to the text, and those that run before them."""
    found = {transform.name for transform in transforms if transform.brings_images}
    for transform in reversed(transforms):
        if transform.name in found:
            found.update(transform.after)
    return frozenset(found)


def _readable(text: str) -> Dockerfile:
    """The Dockerfile, which some build accepts.

    Raises:
        DockerfileError: none does; the message shows no secret of the file.
    """
    try:
        dockerfile = parse(text)
        require_buildable(dockerfile)
    except DockerfileError as error:
        from hardener.secrets.redact import Redaction

        message = Redaction.of(text).hide(error.message)
        raise DockerfileError(message, line=error.line) from None
    return dockerfile


def wanted(settings: Settings) -> Iterator[Transform]:
    """The transforms that are to run, in order."""
    for transform in all_transforms():
        if settings.wants(transform.name) and not (settings.safe and transform.level != "safe"):
            yield transform


def harden_context(surroundings: Surroundings, transforms: Iterable[Transform]) -> Hardened:
    """Let those transforms that are for ignore files look at one build context.

    The table is that of the ignore file, of an empty text where there is none yet. A transform that
    a Dockerfile of the context turns off for the whole file doesn't look.

    Raises:
        HardenError: the context or its ignore file can't be read.
    """
    table = PieceTable.of(surroundings.ignore_text or "")
    changes: list[Remark] = []
    advice: list[Remark] = []
    ignores = [
        ignore
        for placed in surroundings.dockerfiles
        if may_hold_ignores(placed.text)
        for ignore in ignores_of(placed.dockerfile)
        if ignore.instruction is None
    ]
    for transform in transforms:
        off = any(
            not ignore.transforms or transform.name in ignore.transforms for ignore in ignores
        )
        if transform.look_around is None or off:
            continue
        for finding in transform.look_around(surroundings):
            from hardener.secrets.redact import hide

            remark = Remark(transform.name, finding.line, hide(finding.reason))
            if isinstance(finding, FileChange):
                table = table.apply(finding.edits, transform.name)
                changes.append(remark)
            else:
                advice.append(remark)
    return Hardened(table, tuple(changes), tuple(advice), ())


def _by_line(remark: Remark) -> int:
    return remark.line


class _State:
    """The file between two transforms."""

    def __init__(self, table: PieceTable, dockerfile: Dockerfile) -> None:
        self.table = table
        self.dockerfile = dockerfile
        self.changes: list[Remark] = []
        self.advice: list[Remark] = []
        self.faults: list[Remark] = []
        self.violations: list[Remark] = []
        self.demanded: dict[str, list[Handover]] = {}
        self._original = dockerfile

    @cached_property
    def _redaction(self) -> Redaction:
        # imported late, like all that is needed only where something is told
        from hardener.secrets.redact import Redaction

        return Redaction.of(self.table.original)

    def run(self, transform: Transform, found: Iterable[Finding]) -> None:
        """Make the changes that one transform asks for if they pass the check."""
        ignores = Ignores(ignores_of(self.dockerfile))
        findings = [
            finding for finding in found if not ignores.cover(transform.name, finding.anchor)
        ]
        changes = [finding for finding in findings if isinstance(finding, Change)]
        self.advice += self._remarks(
            transform, [finding for finding in findings if isinstance(finding, Advice)]
        )
        self.violations += self._remarks(
            transform, [finding for finding in findings if isinstance(finding, Violation)]
        )
        if not changes:
            return
        edits = [edit for change in changes for edit in change.edits]
        remarks = self._remarks(transform, changes)
        try:
            table, dockerfile = self._rewritten(transform, edits)
        except (EditConflictError, DockerfileError) as error:
            wrong = self._redaction.hide(error.message)
            told = f"not changed, the result would be wrong ({wrong}); please report this file"
            self.faults.append(Remark(transform.name, remarks[0].line, told))
            return
        self.table, self.dockerfile = table, dockerfile
        self.changes += remarks
        handovers = [handover for change in changes for handover in change.handovers]
        if handovers:
            self.demanded.setdefault(transform.name, []).extend(handovers)

    def _rewritten(
        self, transform: Transform, edits: Sequence[Edit]
    ) -> tuple[PieceTable, Dockerfile]:
        table = self.table.apply(edits, transform.name)
        dockerfile = parse(table.text)
        require_buildable(dockerfile)
        broken = broken_invariant(self.dockerfile, dockerfile, transform.changes)
        if broken:
            raise DockerfileError(broken)
        return table, dockerfile

    def _remarks(self, transform: Transform, findings: Sequence[Finding]) -> list[Remark]:
        starts = [
            finding.anchor.keyword.start if finding.offset is None else finding.offset
            for finding in findings
        ]
        last = max(0, len(self._original.text) - 1)
        return [
            Remark(
                transform.name,
                self._original.line_of(min(offset, last)),
                self._redaction.hide(finding.reason),
                finding.announces if isinstance(finding, Change) else frozenset(),
            )
            for finding, offset in zip(findings, self.table.original_offsets(starts), strict=True)
        ]
