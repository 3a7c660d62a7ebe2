"""What no transform may break, checked on the parsed text after each of them."""

from __future__ import annotations

from collections.abc import Callable

from hardener.dockerfile.nodes import Dockerfile
from hardener.transforms.model import Aspect


def broken_invariant(
    before: Dockerfile, after: Dockerfile, changes: frozenset[Aspect]
) -> str | None:
    """What is broken in `after`, in a few words; None where all is well.

    `changes` are the aspects that may differ.
    """
    for aspect, view, complaint in _INVARIANTS:
        if aspect not in changes and view(before) != view(after):
            return complaint
    return _dangling_stage(before, after)


def _keywords(dockerfile: Dockerfile) -> object:
    return [instruction.name for instruction in dockerfile.instructions]


def _number(dockerfile: Dockerfile) -> object:
    return len(dockerfile.preamble), [len(stage.instructions) for stage in dockerfile.stages]


def _stage_names(dockerfile: Dockerfile) -> object:
    return [stage.name for stage in dockerfile.stages]


def _commands(dockerfile: Dockerfile) -> object:
    return [
        [
            (instruction.name, instruction.value)
            for instruction in stage.instructions
            if instruction.name in ("ENTRYPOINT", "CMD", "SHELL")
        ]
        for stage in dockerfile.stages
    ]


_INVARIANTS: tuple[tuple[Aspect, Callable[[Dockerfile], object], str], ...] = (
    ("keywords", _keywords, "an instruction became another"),
    ("instructions", _number, "an instruction was lost, merged or added"),
    ("stages", _stage_names, "a stage was lost, added or renamed"),
    ("command", _commands, "ENTRYPOINT or CMD is another"),
)


def _dangling_stage(before: Dockerfile, after: Dockerfile) -> str | None:
    """A name that meant a stage before and means an image now, or the other way round."""
    was = _stage_references(before)
    for name, stage in _stage_references(after).items():
        if name in was and (was[name] is None) != (stage is None):
            return f"{name} names a stage no longer, or only now"
    return None


def _stage_references(dockerfile: Dockerfile) -> dict[str, str | None]:
    """Every name used by FROM and --from, with the name of the stage it means, if any."""
    references: dict[str, str | None] = {}
    for stage in dockerfile.stages:
        names = [stage.image.value]
        for instruction in stage.instructions:
            flag = instruction.flag("from")
            if flag is not None and flag.value:
                names.append(flag.value)
        for name in names:
            found = dockerfile.stage_named(name, stage.index)
            references[name] = None if found is None else found.name or str(found.index)
    return references
