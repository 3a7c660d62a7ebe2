"""pin-base-image: a base image is named by its release line, not by whatever is newest today.

What it does
    An image of the Docker Official Images without a tag, with `latest`, or with nothing but a
    variant (`slim`, `alpine`) gets the tag of the release line that this means today, with its
    variant: `python` becomes `python:3.14-trixie`. FROM, COPY --from and RUN --mount=from are
    looked at, also where the tag comes from the default of an ARG before the first FROM.

Why
    `latest` is another release on another day: the same commit builds another image, and a new
    major version arrives unasked. A release line goes on getting its patches.
    Source: Docker docs, "Building best practices", Pin base image versions; CIS Docker Benchmark
    4.2 (trusted base images); hadolint DL3006 and DL3007 find the same.

Before and after
    -FROM python
    +FROM python:3.14-trixie

When it is left alone, with advice
    - the image isn't among the Docker Official Images, or the catalogue has no line for the tag;
    - the tag is a channel (`lts`, `stable`) or a major version: chosen on purpose, it seems;
    - the name or the tag comes from an ARG without a default: the caller decides;
    - the ARG is used in another way too, so that its default can't be changed for one of them.
    A tag that is no longer rebuilt, or of a release line past its end of life, is told, with the
    line to move to. An image with a digest is pinned already.
    The catalogue is a snapshot (`harden --version --verbose` says of which day), so it never
    names a patch release: that could be older than what is pulled today.

How to turn it off
    # harden: ignore[pin-base-image] reason      above the instruction
    skip = ["pin-base-image"]                     in harden.toml or [tool.harden]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import ImageUse, base_origin, image_uses
from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.dockerfile.origin import Traced, Untraced
from hardener.dockerfile.reference import ImageReference
from hardener.images.catalogue import Catalogue, TagKind
from hardener.images.lifecycle import EndOfLife, Lifecycle, Retired
from hardener.transforms.model import Advice, Change, Finding, Subject, Transform

_VARIABLE = re.compile(r"\$\{[^}]*\}|\$\w+")
_PINNED_HERE = frozenset({TagKind.LATEST, TagKind.VARIANT})
_LEFT_TO_A_PERSON = {
    TagKind.CHANNEL: "follows a release channel",
    TagKind.MAJOR: "follows every release of a major version",
}


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one use of an image asks for: an edit, and the tag it puts there."""

    use: ImageUse
    edit: Edit
    tag: str


def look(subject: Subject) -> Iterator[Finding]:
    """Every image that floats, is no longer rebuilt, or is past its end of life."""
    told: set[str] = set()
    for finding in _findings(subject):
        # the same image in several places is changed in each, and spoken of once
        if isinstance(finding, Change) or finding.reason not in told:
            yield finding
        told.add(finding.reason)


def _findings(subject: Subject) -> Iterator[Finding]:
    dockerfile = subject.dockerfile
    catalogue = Catalogue.load()
    wishes: list[_Wish] = []
    endings: dict[str, str | None] = {}
    for use in image_uses(dockerfile):
        reference = use.reference
        if reference is None:
            yield from _untold(dockerfile, use)
            continue
        if reference.text not in endings:
            endings[reference.text] = _ended(reference, subject.today)
        ended = endings[reference.text]
        if ended is not None:
            yield Advice(use.instruction, ended)
        if reference.digest is not None:
            continue
        found = _tag_for(dockerfile, use, reference, catalogue)
        if isinstance(found, _Wish):
            wishes.append(found)
        elif found is not None and ended is None:
            yield found
    yield from _granted(dockerfile, wishes, catalogue)


def _ended(reference: ImageReference, today: date) -> str | None:
    """What is no longer rebuilt, or past its end of life, in an image that says so by its tag."""
    lifecycle = Lifecycle.load()
    name = reference.familiar
    retired = lifecycle.retired(name, reference.tag, today)
    ends = lifecycle.end_of_life(name, reference.tag, today)
    if retired is None and not ends:
        return None
    reasons = []
    if retired is not None:
        since = f" since {retired.since}" if retired.since else ""
        reasons.append(f"is no longer rebuilt{since}, so it gets no more patches")
    for end in ends:
        since = f" on {end.since}" if end.since else ""
        reasons.append(f"{end.title} reached its end of life{since}")
    if retired is None:
        reasons[0] = f"is past support: {reasons[0]}"
    return f"{reference.text} {'; '.join(reasons)}. {_way_out(name, retired, ends)}"


def _way_out(name: str, retired: Retired | None, ends: Sequence[EndOfLife]) -> str:
    """What to move to, as far as the data tells."""
    if retired is not None and retired.replacements:
        return f"Its maintainers point to {' or '.join(retired.replacements)}"
    product = name.rpartition("/")[2]
    ended = [found for found in (*ends, retired) if found is not None]
    for found in ended:
        lines = [line for line in (found.nearest, found.newest) if line is not None]
        if isinstance(found, EndOfLife) and found.distribution:
            if lines:
                return f"Choose a tag on {lines[-1].name}"
        elif lines:
            names = [
                f"{name}:{line.tag}" if line.tag else f"{product} {line.name}" for line in lines
            ]
            return f"Supported: {' and '.join(dict.fromkeys(names))}"
    return "Choose a line that is supported"


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


def _tag_for(
    dockerfile: Dockerfile, use: ImageUse, reference: ImageReference, catalogue: Catalogue
) -> _Wish | Advice | None:
    name = reference.official
    if name is None or catalogue.find(name) is None:
        return _unknown_image(use, reference)
    platform = _platform(dockerfile, use, catalogue, name)
    found = catalogue.classify_tag(name, reference.tag, platform=platform)
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
    edit = _edit(use, reference, tag)
    if edit is None:
        return Advice(
            use.instruction,
            f"{use.written} comes to {reference.text}, which moves without notice; it is put "
            f"together in a way that isn't changed here. {name}:{tag} is what it means today",
        )
    return _Wish(use, edit, tag)


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


def _edit(use: ImageUse, reference: ImageReference, tag: str) -> Edit | None:
    """Put the tag behind the name, or in the place of the one that is there."""
    if not isinstance(use.origin, Traced):
        return None
    if reference.tag_span is None:
        behind = use.origin.offsets[reference.name_end - 1] + 1
        return Edit(behind, behind, f":{tag}")
    place = use.origin.file_range(*reference.tag_span)
    return None if place is None else Edit(*place, tag)


def _granted(
    dockerfile: Dockerfile, wishes: Sequence[_Wish], catalogue: Catalogue
) -> Iterator[Finding]:
    """The wishes as changes, but for those that would change an ARG for someone else too."""
    for wish in wishes:
        reference = wish.use.reference
        assert reference is not None
        argument = _argument_at(dockerfile, wish.edit)
        obstacle = None if argument is None else _other_use(dockerfile, argument, wish, wishes)
        if obstacle is not None:
            yield Advice(
                wish.use.instruction,
                f"{wish.use.written} comes to {reference.text}, which moves without notice; not "
                f"pinned, because {obstacle}. {reference.name}:{wish.tag} is what it means today",
            )
            continue
        floats = {None: "no tag means latest, which moves", "latest": "latest moves"}.get(
            reference.tag, f"{reference.tag} follows the newest release"
        )
        yield Change(
            wish.use.instruction,
            f"{reference.text} -> {reference.name}:{wish.tag} ({floats}; this is the release line "
            f"it meant on {catalogue.snapshot})",
            (wish.edit,),
        )


def _argument_at(dockerfile: Dockerfile, edit: Edit) -> Instruction | None:
    """The ARG before the first FROM that the edit would change."""
    for instruction in dockerfile.preamble:
        if instruction.span.start <= edit.start <= instruction.span.end:
            return instruction
    return None


def _other_use(
    dockerfile: Dockerfile, argument: Instruction, wish: _Wish, wishes: Sequence[_Wish]
) -> str | None:
    """Why the default of an ARG can't be changed: something else depends on it."""
    origin = wish.use.origin
    names = origin.through if isinstance(origin, Traced) else ()
    agreeing = {other.use.stage.index for other in wishes if other.edit == wish.edit}
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


TRANSFORM = Transform(
    name="pin-base-image",
    summary="Name the release line of a base image instead of latest.",
    level="safe",
    look=look,
)
