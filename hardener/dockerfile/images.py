"""Every place where a Dockerfile names an image: FROM, COPY --from and RUN --mount=from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hardener.dockerfile.nodes import Dockerfile, Flag, Instruction, Stage
from hardener.dockerfile.origin import Origin, Traced, Untraced, global_arguments, trace
from hardener.dockerfile.reference import (
    ImageReference,
    InvalidReference,
    is_scratch,
    parse_reference,
)


@dataclass(frozen=True, slots=True)
class ImageUse:
    """One place where an image is named that is neither a stage of the file nor `scratch`.

    Attributes:
        instruction: where it stands.
        stage: the stage that the instruction begins or belongs to.
        written: the word as it stands in the file.
        origin: its value with every character's place in the file.
        reference: the value read; None where it can't be told, or isn't a reference.
        platform: the value of FROM's --platform as written, None without one.
    """

    instruction: Instruction
    stage: Stage
    written: str
    origin: Origin
    reference: ImageReference | None
    platform: str | None


def image_uses(dockerfile: Dockerfile) -> tuple[ImageUse, ...]:
    """Every image that the file names, in order."""
    return tuple(_uses(dockerfile))


def frontend_use(dockerfile: Dockerfile) -> ImageUse | None:
    """The frontend image that `# syntax=` names, as a use at the first instruction.

    BuildKit takes the value up to its first space (frontend/dockerfile/parser/directives.go,
    DetectSyntax).
    """
    for directive in dockerfile.directives:
        if directive.name == "syntax" and dockerfile.stages:
            written = directive.value.partition(" ")[0]
            start = directive.value_span.start
            origin = Traced(written, tuple(range(start, start + len(written))))
            stage = dockerfile.stages[0]
            return next(_use(dockerfile.instructions[0], stage, written, origin, None), None)
    return None


def base_origin(dockerfile: Dockerfile, stage: Stage) -> Origin:
    """What the FROM of `stage` comes to, an image or the name of an earlier stage."""
    return _from_origin(dockerfile, stage, global_arguments(dockerfile))


def base_stage(dockerfile: Dockerfile, stage: Stage) -> Stage | None:
    """The earlier stage that `stage` builds on; None where it builds on an image."""
    origin = base_origin(dockerfile, stage)
    if isinstance(origin, Untraced):
        return None
    # FROM takes a name only, --from also a number
    found = dockerfile.stage_named(origin.text, stage.index)
    return found if found is not None and found.name == origin.text.lower() else None


def _uses(dockerfile: Dockerfile) -> Iterator[ImageUse]:
    arguments = global_arguments(dockerfile)
    names = set()
    for stage in dockerfile.stages:
        origin = _from_origin(dockerfile, stage, arguments)
        named = isinstance(origin, Traced) and origin.text.lower() in names
        if not named:
            platform = stage.start.flag("platform")
            yield from _use(
                stage.start, stage, stage.image.value, origin, platform.value if platform else None
            )
        if stage.name is not None:
            names.add(stage.name)
        for instruction in stage.instructions:
            yield from _flag_uses(dockerfile, stage, instruction)


def _from_origin(dockerfile: Dockerfile, stage: Stage, arguments: Mapping[str, Origin]) -> Origin:
    logical = stage.start.logical
    start = logical.text.find(stage.image.value, stage.start.arguments[0])
    return trace(logical, start, start + len(stage.image.value), arguments, dockerfile.escape)


def _flag_uses(
    dockerfile: Dockerfile, stage: Stage, instruction: Instruction
) -> Iterator[ImageUse]:
    """COPY --from and RUN --mount=…,from=…; BuildKit expands no variable in COPY's."""
    for flag in instruction.flags:
        if instruction.name == "COPY" and flag.name == "from" and flag.value:
            yield from _literal_use(dockerfile, stage, instruction, flag, flag.value, "")
        elif instruction.name == "RUN" and flag.name == "mount" and flag.value:
            for item in flag.value.split(","):
                key, _, value = item.partition("=")
                if key.strip().lower() == "from" and value:
                    yield from _literal_use(dockerfile, stage, instruction, flag, value, f"{key}=")


def _literal_use(
    dockerfile: Dockerfile,
    stage: Stage,
    instruction: Instruction,
    flag: Flag,
    value: str,
    before: str,
) -> Iterator[ImageUse]:
    """The image `value`, which stands in the flag behind the text `before`."""
    if dockerfile.stage_named(value, stage.index) is not None:
        return
    origin: Origin = Untraced()
    assert flag.value_span is not None
    written = flag.value_span.of(dockerfile.text)
    at = f",{written}".find(f",{before}{value}") if before else written.find(value)
    if at >= 0 and "$" not in value:
        start = flag.value_span.start + at + len(before)
        origin = Traced(value, tuple(range(start, start + len(value))))
    yield from _use(instruction, stage, value, origin, None)


def _use(
    instruction: Instruction, stage: Stage, written: str, origin: Origin, platform: str | None
) -> Iterator[ImageUse]:
    reference = None
    if isinstance(origin, Traced):
        if is_scratch(origin.text):
            return
        try:
            reference = parse_reference(origin.text)
        except InvalidReference:
            reference = None
    yield ImageUse(instruction, stage, written, origin, reference, platform)
