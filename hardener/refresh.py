"""Asks registries, once for a whole run, what the images that are pinned are to be moved to."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from hardener.images.lifecycle import Lifecycle
from hardener.images.pins import Answers, Pin, Unpinned, Wanted
from hardener.images.registry import RegistryProblem, Resolved
from hardener.images.registry.image import Image
from hardener.images.registry.settings import DOCKER_HUB
from hardener.images.versions import Step, newer, read_version
from hardener.lookup import (
    NO_DIGEST,
    client_settings,
    distrusted,
    is_of_one_image,
    platforms_of,
    reference_to,
    resolved,
    told_once,
)
from hardener.settings import Settings

if TYPE_CHECKING:
    from hardener.images.registry.client import Progress

# of an image that nothing is known of: 3.14 is a line, 3.14.1 a release of it
_LINE_PARTS = 2


def look_up_moves(
    images: Mapping[Image, Wanted],
    settings: Settings,
    environment: Mapping[str, str],
    *,
    step: Step,
    today: datetime.date,
    progress: Progress | None = None,
) -> Answers:
    """What each pinned image is to be moved to: its tag's digest now, or that of a newer tag.

    Parameters:
        images: each has a tag, most a digest; with what is wanted of it.
        environment: where registries' logins and proxies are named.
        step: how far the tag may move.
        today: the day to measure ends of life against; a line that has ended isn't moved to.
        progress: is called with how many images are done, and of how many.

    Never raises for what a registry does.
    """
    if not images:
        return Answers({})
    from hardener.images.registry.client import RegistryClient

    how = client_settings(settings, len(images), environment)
    with RegistryClient(how) as client:
        tagged = {image: replace(image, digest=None) for image in images}
        versioned = [one for one in tagged.values() if one.tag and read_version(one.tag)]
        lists = client.tags(map(reference_to, versioned), fresh=True, progress=progress)
        targets: dict[Image, Image] = {}
        problems: list[tuple[Image, RegistryProblem]] = []
        for image, by_tag in tagged.items():
            tags = lists.get(reference_to(by_tag), ())
            if isinstance(tags, RegistryProblem):
                problems.append((by_tag, tags))
                tags = ()
            targets[image] = replace(by_tag, tag=newest_tag(by_tag, tags, step, today))
        found, more = resolved(client, list(dict.fromkeys(targets.values())), fresh=True)
        problems += more
        moved = [
            image
            for image, target in targets.items()
            if image.digest is not None and target in found and found[target].digest != image.digest
        ]
        # the old image may be gone by now: then only its date isn't told
        before, _ = resolved(client, moved)
        platforms = platforms_of(
            client,
            [
                found[targets[image]]
                for image, wanted in images.items()
                if wanted.platforms and targets[image] in found
            ],
        )
        requests = client.requests
    turned_down = distrusted(found.values(), settings, how)
    pins: dict[Image, Pin | Unpinned] = {}
    missing = {image: problem for image, problem in more if is_of_one_image(problem)}
    for image, target in targets.items():
        if target in found:
            one = found[target]
            pins[image] = turned_down.get(one) or _pin(
                one, platforms.get(one, one.platforms or ()), before.get(image)
            )
        elif target in missing:
            pins[image] = Unpinned(missing[target].message)
    return Answers(pins, told_once(problems, NO_DIGEST), requests)


def _pin(one: Resolved, platforms: tuple[str, ...], before: Resolved | None) -> Pin:
    return Pin(
        tag=one.image.tag,
        digest=one.digest,
        is_index=one.is_index,
        platforms=platforms,
        made=one.created,
        made_before=None if before is None else before.created,
    )


def newest_tag(image: Image, tags: Iterable[str], step: Step, today: datetime.date) -> str | None:
    """The newest of `tags` that the image's tag may move to, or that tag itself.

    A release line that is no longer rebuilt or past its end of life is passed over, but for the
    image's own.
    """
    tag = image.tag
    if tag is None:
        return None
    lifecycle = Lifecycle.load()
    name = _familiar(image)
    parts = lifecycle.line_parts(name, tag) or _LINE_PARTS
    own = newer(tag, tags, step=Step.PATCH, line_parts=parts)
    if step is Step.PATCH:
        return own or tag
    left = set(tags)
    while (best := newer(tag, left, step=step, line_parts=parts)) is not None:
        over = lifecycle.end_of_life(name, best, today) or lifecycle.retired(name, best, today)
        if best == own or not over:
            return best
        left.discard(best)
    return tag


def _familiar(image: Image) -> str:
    """The short name that the data on ends of life goes by."""
    if image.registry != DOCKER_HUB:
        return f"{image.registry}/{image.repository}"
    return image.repository.removeprefix("library/")
