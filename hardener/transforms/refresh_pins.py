"""refresh: what is pinned moves forward, and nothing else changes.

What it does
    An image with a tag and a digest gets the digest that the tag has now; a tag that names one
    release (`3.14.1-slim`, `bookworm-20260803`) also moves to the newest release of its line, with
    the same variant. With --minor the line may change under the same major version, with --major
    to any; a line past its end of life is never moved to. FROM, COPY --from, RUN --mount=from and
    `# syntax=` are looked at, also where the tag comes from the default of an ARG.

Why
    A digest doesn't get patches: who pins must also move.
    Source: Docker docs, "Building best practices", Rebuild your images often; OpenSSF Scorecard,
    Dependency-Update-Tool.

Before and after
    -FROM python:3.14.1-slim@sha256:5c1bd0b0b2fd…
    +FROM python:3.14.2-slim@sha256:77ab01c94e6d…

When it is left alone, with advice
    - a digest without a tag: what it should follow isn't known;
    - the image isn't there any more, or not for a platform that is asked for;
    - its digest stands behind a variable, or the ARG it comes from is used in another way too;
    - `[tool.harden.trust]` doesn't allow the image, or its signature isn't shown to be good.
    A line that has ended is told, with the line to move to.

How to turn it off
    # harden: ignore[refresh] reason      above the instruction
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import ImageUse
from hardener.dockerfile.nodes import Dockerfile
from hardener.dockerfile.reference import ImageReference
from hardener.images.pins import Pin, Unpinned
from hardener.images.versions import floats
from hardener.transforms.ended_images import ended
from hardener.transforms.image_edits import digest_edit, obstacle, shown_digest, tag_edit
from hardener.transforms.model import Advice, Asked, Change, Finding, Subject, Transform
from hardener.transforms.named_images import (
    forbidden,
    image_named,
    images_named,
    offset_of,
    platform_missing,
    platforms_asked,
    turned_down,
)


@dataclass(frozen=True, slots=True)
class _Move:
    use: ImageUse
    edit: Edit
    pin: Pin


def asks(subject: Subject) -> Iterator[Asked]:
    """The pinned images whose tags may have moved on."""
    for use in images_named(subject.dockerfile):
        image = image_named(use)
        if image is not None and _is_pinned(use) and forbidden(subject, use) is None:
            yield Asked(use.instruction, image, bool(platforms_asked(subject, use)))


def look(subject: Subject) -> Iterator[Finding]:
    """Every pin that can be moved, and what is to be told of the others."""
    moves: list[_Move] = []
    for use in images_named(subject.dockerfile):
        reference = use.reference
        if reference is None:
            continue
        if reference.digest is not None and reference.tag is None:
            yield Advice(
                use.instruction,
                f"{reference.name}@{shown_digest(reference.digest)} has no tag, so what it should "
                "follow isn't known; put the tag before the digest",
                offset_of(subject.dockerfile, use),
            )
            continue
        if not _is_pinned(use):
            continue
        reason = forbidden(subject, use)
        if reason is not None:
            yield turned_down(subject, use, reason)
            continue
        ending = ended(reference, subject.today)
        if ending is not None:
            yield Advice(use.instruction, ending)
        found = _moved(subject, use, reference)
        if isinstance(found, _Move):
            moves.append(found)
        elif found is not None:
            yield found
    yield from _granted(subject.dockerfile, moves)


def _is_pinned(use: ImageUse) -> bool:
    """Whether the image is held by a tag that can be followed: with a digest, or an exact one."""
    reference = use.reference
    return (
        reference is not None
        and reference.tag is not None
        and (reference.digest is not None or not floats(reference.tag))
    )


def _moved(subject: Subject, use: ImageUse, reference: ImageReference) -> _Move | Finding | None:
    image = image_named(use)
    pin = None if image is None else subject.pins.get(image)
    offset = offset_of(subject.dockerfile, use)
    if isinstance(pin, Unpinned):
        if pin.distrusted:
            return turned_down(subject, use, pin.reason)
        return Advice(use.instruction, f"{pin.reason}; not moved", offset)
    if pin is None or pin.tag is None or _is_the_same(reference, pin):
        return None
    missing = platform_missing(subject, use, pin)
    if missing is not None:
        return Advice(
            use.instruction,
            f"{_shown(reference.name, pin.tag, pin.digest)} is newer, but {missing}, for which it "
            "isn't there: not moved",
            offset,
        )
    if reference.digest is None:
        edit = tag_edit(use, pin.tag)
    else:
        edit = digest_edit(use, pin.tag, pin.digest)
    if edit is None or (pin.tag != reference.tag and pin.tag not in edit.text):
        return Advice(
            use.instruction,
            f"{use.written} comes to {reference.name}:{reference.tag}, and "
            f"{_shown(reference.name, pin.tag, pin.digest)} is newer; it is put together in a way "
            "that isn't changed here",
            offset,
        )
    return _Move(use, edit, pin)


def _is_the_same(reference: ImageReference, pin: Pin) -> bool:
    return pin.tag == reference.tag and reference.digest in (None, pin.digest)


def _granted(dockerfile: Dockerfile, moves: Sequence[_Move]) -> Iterator[Finding]:
    """The moves as changes, but for those that would change an ARG for someone else too."""
    wanted = [(move.use, move.edit) for move in moves]
    for move in moves:
        reference, pin = move.use.reference, move.pin
        assert reference is not None
        old = _shown(reference.name, reference.tag, reference.digest)
        new = _shown(reference.name, pin.tag, pin.digest if reference.digest else None)
        why_not = obstacle(dockerfile, move.use, move.edit, wanted)
        offset = offset_of(dockerfile, move.use)
        if why_not is not None:
            reason = f"{old}: {new} is newer; not moved, because {why_not}"
            yield Advice(move.use.instruction, reason, offset)
            continue
        what = "the same tag, rebuilt" if pin.tag == reference.tag else "a newer release"
        reason = f"{old} -> {new} ({what}{_dates(pin)})"
        yield Change(move.use.instruction, reason, (move.edit,), offset)


def _shown(name: str, tag: str | None, digest: str | None) -> str:
    return f"{name}:{tag}" + (f"@{shown_digest(digest)}" if digest else "")


def _dates(pin: Pin) -> str:
    """When the images were made, as far as their publishers say."""
    before, after = (made[:10] if made else None for made in (pin.made_before, pin.made))
    if before and after:
        return f"; made {before} -> {after}"
    return f"; made {after}" if after else ""


REFRESH = Transform(
    name="refresh",
    summary="Move pinned images to their newest digest and patch release.",
    level="safe",
    look=look,
    asks=asks,
)
