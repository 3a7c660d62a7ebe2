"""Where the tag or digest of an image can be written so that it holds for this image alone."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import ImageUse, base_origin
from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.dockerfile.origin import Traced

# one variable, and nothing behind it
_ENDS_IN_ONE_VARIABLE = re.compile(r"[^$]*\$(?:\{[^${}]*\}|\w+)[\"']?")

# of a digest, as many hexadecimal digits as tell it apart when people read it
_DIGITS_SHOWN = 12


def shown_digest(digest: str) -> str:
    """The beginning of a digest, for a message."""
    algorithm, _, encoded = digest.partition(":")
    return f"{algorithm}:{encoded[:_DIGITS_SHOWN]}…"


def tag_edit(use: ImageUse, tag: str) -> Edit | None:
    """Put the tag behind the name, or in the place of the one that is there."""
    reference = use.reference
    if not isinstance(use.origin, Traced) or reference is None:
        return None
    if reference.tag_span is None:
        behind = use.origin.offsets[reference.name_end - 1] + 1
        return Edit(behind, behind, f":{tag}")
    place = use.origin.file_range(*reference.tag_span)
    return None if place is None else Edit(*place, tag)


def digest_edit(use: ImageUse, tag: str | None, digest: str) -> Edit | None:
    """Name the image by tag and digest, or by the digest alone where `tag` is None.

    None where that would pin more than this value: a build that is called with another value for
    a variable must lose the digest with it, since engines go by the digest and not by the tag.
    So the digest stands where the variable's value ends. There the tag stays as it is, if it
    isn't in one piece.
    """
    reference = use.reference
    if not isinstance(use.origin, Traced) or reference is None or not _digest_goes_with_value(use):
        return None
    text, name_end = use.origin.text, reference.name_end
    last = use.origin.offsets[len(text) - 1] + 1
    if tag is None:
        place = use.origin.file_range(name_end, len(text)) if name_end < len(text) else (last, last)
        if place is not None:
            return Edit(*place, f"@{digest}")
    elif reference.tag_span is None:
        behind = use.origin.offsets[name_end - 1] + 1
        place = use.origin.file_range(name_end, len(text)) if name_end < len(text) else None
        return Edit(*(place or (behind, behind)), f":{tag}@{digest}")
    else:
        place = use.origin.file_range(reference.tag_span[0], len(text))
        if place is not None:
            return Edit(*place, f"{tag}@{digest}")
    old = reference.digest_span
    place = None if old is None else use.origin.file_range(*old)
    if old is None:
        return Edit(last, last, f"@{digest}")
    return None if place is None else Edit(*place, digest)


def _digest_goes_with_value(use: ImageUse) -> bool:
    """Whether the end of the word is replaced by whoever replaces a part of it."""
    if "$" not in use.written:
        return True
    assert isinstance(use.origin, Traced)
    return len(use.origin.through) <= 1 and bool(_ENDS_IN_ONE_VARIABLE.fullmatch(use.written))


def obstacle(
    dockerfile: Dockerfile, use: ImageUse, edit: Edit, wishes: Iterable[tuple[ImageUse, Edit]]
) -> str | None:
    """Why the ARG that an image comes from can't be changed, as a clause.

    None where the edit is of no ARG, or nothing else depends on it. `wishes` are all that is to
    be done to the file: who wants the same change is no obstacle.
    """
    if not any(
        instruction.span.start <= edit.start <= instruction.span.end
        for instruction in dockerfile.preamble
    ):
        return None
    agreeing = {other.stage.index for other, change in wishes if change == edit}
    names = use.origin.through if isinstance(use.origin, Traced) else ()
    for stage in dockerfile.stages:
        base = base_origin(dockerfile, stage)
        shared = set(names) & set(base.through if isinstance(base, Traced) else base.names)
        if shared and stage.index not in agreeing:
            return f"line {stage.start.first_line} uses {min(shared)} for another image"
        for instruction in stage.instructions:
            if instruction.name == "ARG" and set(names) & set(_bare_names(instruction)):
                return f"line {instruction.first_line} uses the argument inside the stage too"
    return None


def _bare_names(instruction: Instruction) -> list[str]:
    """The names of an ARG that take their default from before the first FROM."""
    return [word.value for word in instruction.words() if "=" not in word.value]
