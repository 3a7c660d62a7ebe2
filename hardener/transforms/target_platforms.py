"""The platforms that an image has to be there for, and who asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hardener.dockerfile.images import ImageUse
from hardener.dockerfile.needed import stages_needed
from hardener.dockerfile.nodes import Dockerfile, Stage
from hardener.images.pins import Pin
from hardener.images.platforms import normalise_platform, serves
from hardener.project.callers.model import Build
from hardener.transforms.model import Subject
from hardener.transforms.named_images import is_frontend

_USUAL = "linux/amd64"
# what makes a caller's word one that depends on something else
_OPEN = ("$", "{{", "%", "<<")


@dataclass(frozen=True, slots=True)
class PlatformAsked:
    """A platform as it is written, and who asks for it, with the verb: `FROM asks for`."""

    name: str
    by: str


def platforms_asked(subject: Subject, use: ImageUse) -> tuple[PlatformAsked, ...]:
    """The platforms that the image has to be there for, as far as they are known.

    FROM's own --platform decides alone; else the settings, and the callers' builds that need the
    stage, say it.
    """
    if is_frontend(subject.dockerfile, use):
        return ()
    if use.platform and "$" not in use.platform:
        return (PlatformAsked(use.platform, "FROM asks for"),)
    if not _is_for_target(use):
        return ()
    asked = {
        name: PlatformAsked(name, "the setting platforms asks for")
        for name in subject.settings.platforms
    }
    for one in _of_callers(subject, use):
        asked.setdefault(one.name, one)
    return tuple(asked.values())


def unclear_platforms(subject: Subject, use: ImageUse) -> str | None:
    """What of a caller's platforms for the image isn't known, as a clause; None where nothing."""
    if is_frontend(subject.dockerfile, use) or not _is_for_target(use):
        return None
    for build in _builds_of(subject, use.stage):
        if "platforms" in build.unclear:
            return f"{subject.usage.where(build)} may ask for more: {build.unclear['platforms']}"
        for name in _written(build.platforms):
            if _is_open(name):
                return f"{subject.usage.where(build)} also builds for {name}, which isn't known"
    return None


def platform_missing(subject: Subject, use: ImageUse, pin: Pin) -> str | None:
    """Who asks for a platform that the image isn't there for, as a clause."""
    for asked in platforms_asked(subject, use):
        if not serves(pin.platforms, normalise_platform(asked.name)):
            return f"{asked.by} {asked.name}"
    return None


def usual_platform(subject: Subject, use: ImageUse) -> str:
    """The platform by which to judge an image, canonical: of those asked for the commonest."""
    names = [normalise_platform(asked.name) for asked in platforms_asked(subject, use)]
    return names[0] if names and _USUAL not in names else _USUAL


def _is_for_target(use: ImageUse) -> bool:
    """Whether the image is for what is built; BUILDPLATFORM is that of the machine that builds."""
    return not use.platform or "TARGETPLATFORM" in use.platform


def _of_callers(subject: Subject, use: ImageUse) -> Iterator[PlatformAsked]:
    for build in _builds_of(subject, use.stage):
        if "platforms" in build.unclear:
            continue
        for name in _written(build.platforms):
            if not _is_open(name):
                yield PlatformAsked(name, f"{subject.usage.where(build)} builds for")


def _builds_of(subject: Subject, stage: Stage) -> Iterator[Build]:
    """The builds that say something of platforms and for which this stage is, or may be, built."""
    needed: dict[str | None, bool] = {}
    for build in subject.usage.builds:
        if not build.platforms and "platforms" not in build.unclear:
            continue
        if "target" in build.unclear or "command" in build.unclear:
            yield build
            continue
        if build.target not in needed:
            needed[build.target] = _needs(subject.dockerfile, build.target, stage)
        if needed[build.target]:
            yield build


def _needs(dockerfile: Dockerfile, target: str | None, stage: Stage) -> bool:
    built = dockerfile.stages[-1] if target is None else dockerfile.stage_named(target)
    return built is None or stage.index in stages_needed(dockerfile, built)


def _written(platforms: tuple[str, ...]) -> Iterator[str]:
    """The names, of which one value may hold several."""
    for value in platforms:
        yield from filter(None, (name.strip() for name in value.split(",")))


def _is_open(name: str) -> bool:
    return any(mark in name for mark in _OPEN) or name == "local"
