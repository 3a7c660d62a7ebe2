"""Which stages the build of a stage needs: those it is built on, copies from or mounts."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.images import base_origin, base_stage
from hardener.dockerfile.nodes import Dockerfile, Stage
from hardener.dockerfile.origin import Untraced


def stages_needed(dockerfile: Dockerfile, stage: Stage) -> frozenset[int]:
    """The indexes of the stages that BuildKit builds for `stage`, its own among them.

    Where a FROM is for the caller of the build to say, it may be any earlier stage.
    """
    needed: set[int] = set()
    waiting = [stage]
    while waiting:
        current = waiting.pop()
        if current.index not in needed:
            needed.add(current.index)
            waiting += _named(dockerfile, current)
    return frozenset(needed)


def _named(dockerfile: Dockerfile, stage: Stage) -> Iterator[Stage]:
    if isinstance(base_origin(dockerfile, stage), Untraced):
        yield from dockerfile.stages[: stage.index]
    elif (base := base_stage(dockerfile, stage)) is not None:
        yield base
    for instruction in stage.instructions:
        for flag in instruction.flags:
            value = flag.value or ""
            if instruction.name == "COPY" and flag.name == "from":
                names = [value]
            elif instruction.name == "RUN" and flag.name == "mount":
                pairs = (item.partition("=") for item in value.split(","))
                names = [name for key, _, name in pairs if key.strip().lower() == "from"]
            else:
                continue
            found = (dockerfile.stage_named(name, stage.index) for name in names)
            yield from (one for one in found if one is not None)
