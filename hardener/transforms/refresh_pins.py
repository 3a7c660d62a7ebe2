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
    - it is built in the same repository, as a caller says;
    - its digest stands behind a variable, or the ARG it comes from is used in another way too;
    - `[tool.harden.trust]` doesn't allow the image, or its signature isn't shown to be good.
    A line that has ended is told, with the line to move to.

How to turn it off
    # harden: ignore[refresh] reason      above the instruction
"""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.images import ImageUse
from hardener.dockerfile.reference import ImageReference
from hardener.images.pins import Pin
from hardener.images.versions import floats
from hardener.transforms.asked_images import Wish, answer, asked, ending, granted, kept_out
from hardener.transforms.image_edits import digest_edit, shown_digest, tag_edit
from hardener.transforms.model import Advice, Asked, Finding, Subject, Transform
from hardener.transforms.named_images import images_named, offset_of
from hardener.transforms.target_platforms import platform_missing

_UNDONE = "not moved"


def asks(subject: Subject) -> Iterator[Asked]:
    """The pinned images whose tags may have moved on."""
    return asked(subject, _is_pinned)


def look(subject: Subject) -> Iterator[Finding]:
    """Every pin that can be moved, and what is to be told of the others."""
    moves: list[Wish] = []
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
        reasons = kept_out(subject, use, _UNDONE)
        if reasons is not None:
            yield from reasons
            continue
        over = ending(subject, use)
        if over is not None:
            yield over
        found = _moved(subject, use, reference)
        if isinstance(found, Wish):
            moves.append(found)
        elif found is not None:
            yield found
    yield from granted(subject.dockerfile, moves)


def _is_pinned(use: ImageUse) -> bool:
    """Whether the image is held by a tag that can be followed: with a digest, or an exact one."""
    reference = use.reference
    return (
        reference is not None
        and reference.tag is not None
        and (reference.digest is not None or not floats(reference.tag))
    )


def _moved(subject: Subject, use: ImageUse, reference: ImageReference) -> Wish | Finding | None:
    pin = answer(subject, use, _UNDONE)
    if not isinstance(pin, Pin):
        return pin
    if pin.tag is None or _is_the_same(reference, pin):
        return None
    offset = offset_of(subject.dockerfile, use)
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
    old = _shown(reference.name, reference.tag, reference.digest)
    new = _shown(reference.name, pin.tag, pin.digest if reference.digest else None)
    what = "the same tag, rebuilt" if pin.tag == reference.tag else "a newer release"
    return Wish(
        use,
        edit,
        f"{old} -> {new} ({what}{_dates(pin)})",
        lambda why_not: f"{old}: {new} is newer; not moved, because {why_not}",
    )


def _is_the_same(reference: ImageReference, pin: Pin) -> bool:
    return pin.tag == reference.tag and reference.digest in (None, pin.digest)


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
