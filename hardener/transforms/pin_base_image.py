"""pin-base-image: a base image is named by what it is today, not by what may be there tomorrow.

What it does
    With a registry at hand, every image gets the digest that its tag stands for now, and where the
    tag floats (`latest`, `3.14-slim`, none at all) also the most exact version tag that has this
    digest. The digest is that of the index, so it holds for every platform. FROM, COPY --from,
    RUN --mount=from and `# syntax=` are looked at, also where the tag comes from the default of an
    ARG before the first FROM. `harden refresh` moves what is pinned forward.

    Offline, or where the registry doesn't answer, an image of the Docker Official Images without
    a tag, with `latest`, or with nothing but a variant (`slim`, `alpine`) gets the tag of the
    release line that this means today, with its variant: `python:3.14-trixie`. That comes from a
    snapshot (`harden --version --verbose` says of which day), so it never names a patch release:
    that could be older than what is pulled today.

Why
    A tag is another image on another day: the same commit builds something else, a new major
    version arrives unasked, and whoever may push the tag decides what you run.
    Source: Docker docs, "Building best practices", Pin base image versions; CIS Docker Benchmark
    4.2 (trusted base images); OpenSSF Scorecard, Pinned-Dependencies; hadolint DL3006 and DL3007
    find images without a version.

Before and after
    -FROM python
    +FROM python:3.14.1@sha256:5c1bd0b0b2fd…

When it is left alone, with advice
    - the image isn't there, or not for a platform that FROM's --platform, the setting
      `platforms` or a caller of the build (compose, workflow, bake …) asks for;
    - it is built in the same repository, as a caller says, or handed over as a named context;
    - a tag or name is put together from an ARG and something behind it: whoever sets the ARG
      would go on getting the digest of its default;
    - the ARG is used in another way too, so that its default can't be changed for one of them;
    - the name or the tag comes from an ARG without a default: the caller decides;
    - `[tool.harden.trust]` doesn't allow the image, or its signature isn't shown to be good
      (errors instead, with others = "error").
    Offline also: the image isn't official, or the catalogue has no line for the tag; the tag is a
    channel (`lts`, `stable`) or a major version: chosen on purpose, it seems.
    A tag that is no longer rebuilt, or of a release line past its end of life, is told, with the
    line to move to. An image with a digest is pinned already.

How to turn it off
    # harden: ignore[pin-base-image] reason      above the instruction
    skip = ["pin-base-image"]                     in harden.toml or [tool.harden]
    pin = "tag"                                   the exact tag without the digest; or "digest"
    --offline                                     release lines only
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import ImageUse
from hardener.dockerfile.nodes import Dockerfile
from hardener.dockerfile.origin import Untraced
from hardener.dockerfile.reference import ImageReference
from hardener.images.catalogue import Catalogue, TagClass, TagKind
from hardener.images.pins import Pin
from hardener.images.versions import floats
from hardener.transforms.asked_images import Wish, answer, asked, ending, granted, kept_out
from hardener.transforms.image_edits import digest_edit, shown_digest, tag_edit
from hardener.transforms.model import Advice, Asked, Change, Finding, Subject, Transform
from hardener.transforms.named_images import image_named, images_named, offset_of
from hardener.transforms.target_platforms import platform_missing, unclear_platforms

_UNDONE = "not pinned"
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+")
_PINNED_HERE = frozenset({TagKind.LATEST, TagKind.VARIANT})
_LEFT_TO_A_PERSON = {
    TagKind.CHANNEL: "follows a release channel",
    TagKind.MAJOR: "follows every release of a major version",
}


def asks(subject: Subject) -> Iterator[Asked]:
    """The images to be looked up in their registries."""
    return asked(subject, lambda use: _is_asked_for(subject, use))


def _is_asked_for(subject: Subject, use: ImageUse) -> bool:
    reference = use.reference
    if reference is None or reference.digest is not None:
        return False
    exact = reference.tag is not None and not floats(reference.tag)
    return not (subject.settings.pin == "tag" and exact)


def look(subject: Subject) -> Iterator[Finding]:
    """Every image that floats, is no longer rebuilt, or is past its end of life."""
    told: set[str] = set()
    for finding in _findings(subject):
        # the same image in several places is changed in each, and spoken of once
        if isinstance(finding, Change) or finding.reason not in told:
            yield finding
        told.add(finding.reason)


def _findings(subject: Subject) -> Iterator[Finding]:
    wishes: list[Wish] = []
    endings: dict[str, Advice | None] = {}
    for use in images_named(subject.dockerfile):
        reference = use.reference
        if reference is None:
            yield from _untold(subject.dockerfile, use)
            continue
        reasons = kept_out(subject, use, _UNDONE)
        if reasons is not None:
            yield from reasons
            continue
        over = endings.setdefault(reference.text, ending(subject, use))
        if over is not None:
            yield over
        if reference.digest is not None:
            continue
        found = _pinned(subject, use, reference)
        if isinstance(found, Wish):
            wishes.append(found)
        elif found is not None and (over is None or image_named(use) in subject.pins):
            yield found
    yield from granted(subject.dockerfile, wishes)


def _pinned(subject: Subject, use: ImageUse, reference: ImageReference) -> Wish | Finding | None:
    """What is to become of an image that has no digest."""
    # another transform may have asked for other things
    found = answer(subject, use, _UNDONE) if _is_asked_for(subject, use) else None
    if isinstance(found, Pin):
        return _pinned_to(subject, use, reference, found)
    if found is not None:
        return found
    image = image_named(use)
    offset = offset_of(subject.dockerfile, use)
    if image is not None and subject.settings.trust is not None:
        rule = subject.settings.trust.rule_for(image.registry, image.repository)
        if rule is not None:
            reason = f"{image}: its signature, which trust asks for, can't be checked now"
            return Advice(use.instruction, f"{reason}; {_UNDONE}", offset)
    if offset is not None:
        return None
    return _release_line(subject.dockerfile, use, reference, Catalogue.load())


def _pinned_to(
    subject: Subject, use: ImageUse, reference: ImageReference, pin: Pin
) -> Wish | Advice | None:
    dockerfile, settings = subject.dockerfile, subject.settings
    missing = platform_missing(subject, use, pin)
    offset = offset_of(dockerfile, use)
    if missing is not None:
        there = f"only for {', '.join(pin.platforms)}" if pin.platforms else "for one platform"
        return Advice(
            use.instruction,
            f"{reference.text} is there {there}, and {missing}: not pinned. Choose an image that "
            "is there for it",
            offset,
        )
    tag = pin.tag or reference.tag or "latest"
    digest = f"@{shown_digest(pin.digest)}"
    if settings.pin == "tag":
        edit = tag_edit(use, tag) if pin.tag is not None else None
        becomes = f"{reference.name}:{tag}"
    else:
        edit = digest_edit(use, None if settings.pin == "digest" else tag, pin.digest)
        becomes = f"{reference.name}{'' if settings.pin == 'digest' else f':{tag}'}{digest}"
    if edit is not None:
        today = f"this is what it means on {subject.today}"
        why = f"{_moves(reference)}; {today}{_single(pin)}{_unclear(subject, use)}"
        return _wish(use, reference, edit, becomes, why)
    found = None
    if offset is None:
        found = _release_line(dockerfile, use, reference, Catalogue.load())
    if found is not None or settings.pin == "tag":
        return found
    return Advice(
        use.instruction,
        f"{use.written} comes to {reference.text}, which isn't pinned: whoever sets the variable "
        f"would go on getting this digest. Let one ARG hold the whole image: "
        f"ARG BASE={reference.name}:{tag}@sha256:…, FROM ${{BASE}}",
        offset,
    )


def _wish(use: ImageUse, reference: ImageReference, edit: Edit, becomes: str, why: str) -> Wish:
    return Wish(
        use,
        edit,
        f"{reference.text} -> {becomes} ({why})",
        lambda why_not: (
            f"{use.written} comes to {reference.text}, which moves without notice; not pinned, "
            f"because {why_not}. {becomes} is what it means today"
        ),
    )


def _moves(reference: ImageReference) -> str:
    """Why the reference says too little, as a clause."""
    if reference.tag is None:
        return "no tag means latest, which moves"
    if reference.tag == "latest":
        return "latest moves"
    if floats(reference.tag):
        return f"{reference.tag} follows new releases"
    return "a tag can be pushed again"


def _single(pin: Pin) -> str:
    if pin.is_index:
        return ""
    platform = f", for {pin.platforms[0]}" if pin.platforms else ""
    return f"; the registry has one platform's image alone{platform}"


def _unclear(subject: Subject, use: ImageUse) -> str:
    unclear = unclear_platforms(subject, use)
    return "" if unclear is None else f"; {unclear}"


def _untold(dockerfile: Dockerfile, use: ImageUse) -> Iterator[Advice]:
    """The image, or its tag, is for the caller of the build to say."""
    if not isinstance(use.origin, Untraced) or not use.origin.names:
        return
    if _has_literal_tag(use.written) or _may_be_stage(dockerfile, use):
        return
    names = " and ".join(use.origin.names)
    yield Advice(
        use.instruction,
        f"{use.written} is whatever the build is called with, since {names} has no default; not "
        f"pinned. Give it one that names a release: ARG {use.origin.names[0]}=…",
    )


def _may_be_stage(dockerfile: Dockerfile, use: ImageUse) -> bool:
    """Whether the word may come to the name of an earlier stage, as `binaries-$TARGETOS` does."""
    parts = [re.escape(part) for part in _VARIABLE.split(use.written)]
    pattern = re.compile(".*".join(parts), re.IGNORECASE)
    earlier = dockerfile.stages[: use.stage.index]
    return any(parts) and any(stage.name and pattern.fullmatch(stage.name) for stage in earlier)


def _has_literal_tag(written: str) -> bool:
    """Whether the tag or digest stands there in letters, whatever the name in front may be."""
    _, colon, tag = written.rpartition("/")[2].rpartition(":")
    return "@sha256:" in written or bool(colon and tag and not set("${}") & set(tag))


def _release_line(
    dockerfile: Dockerfile, use: ImageUse, reference: ImageReference, catalogue: Catalogue
) -> Wish | Advice | None:
    """What to do without a registry: name the release line that the image means."""
    name = reference.official
    if name is None or catalogue.find(name) is None:
        return _unknown_image(use, reference)
    platform = _platform(dockerfile, use, catalogue, name)
    found = _classified(name, reference.tag, platform)
    tag = found.line_tag.tag
    if found.kind in _LEFT_TO_A_PERSON and tag is not None:
        return Advice(
            use.instruction,
            f"{reference.text} {_LEFT_TO_A_PERSON[found.kind]}, which moves; on "
            f"{catalogue.snapshot} that was {name}:{tag}: write that to decide when it moves",
        )
    if found.kind not in _PINNED_HERE:
        return None
    if tag is None:
        return Advice(
            use.instruction,
            f"{reference.text} moves without notice, and is not pinned: {found.line_tag.reason}. "
            "Choose a tag that names a release",
        )
    edit = tag_edit(use, tag)
    if edit is None:
        return Advice(
            use.instruction,
            f"{use.written} comes to {reference.text}, which moves without notice; it is put "
            f"together in a way that isn't changed here. {name}:{tag} is what it means today",
        )
    why = {None: "no tag means latest, which moves", "latest": "latest moves"}.get(
        reference.tag, f"{reference.tag} follows the newest release"
    )
    day = f"this is the release line it meant on {catalogue.snapshot}"
    return _wish(use, reference, edit, f"{reference.name}:{tag}", f"{why}; {day}")


# the files of a repository mostly name the same few images
@lru_cache(maxsize=1024)
def _classified(name: str, tag: str | None, platform: str | None) -> TagClass:
    return Catalogue.load().classify_tag(name, tag, platform=platform)


def _unknown_image(use: ImageUse, reference: ImageReference) -> Advice | None:
    if reference.tag not in (None, "latest"):
        return None
    floats = "has no tag, which means latest, and" if reference.tag is None else "moves, and"
    return Advice(
        use.instruction,
        f"{reference.text} {floats} is no Docker Official Image, so what to pin isn't known here: "
        "choose a tag that names a release, or a digest",
    )


def _platform(dockerfile: Dockerfile, use: ImageUse, catalogue: Catalogue, name: str) -> str | None:
    """The platform that the file asks for; a backtick for escape is how Windows files begin."""
    if use.platform and "$" not in use.platform:
        return use.platform
    if dockerfile.escape == "`" and catalogue.platforms(name, None):
        windows = [p for p in catalogue.platforms(name, None) if p.startswith("windows")]
        return "windows" if windows else None
    return None


TRANSFORM = Transform(
    name="pin-base-image",
    summary="Name a base image by version and digest instead of a tag that moves.",
    level="safe",
    look=look,
    asks=asks,
    # which brings an image of its own
    after=("split-stages",),
)
