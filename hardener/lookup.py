"""Asks registries, once for a whole run, what its images are: all that is read from the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hardener.images.catalogue import Catalogue
from hardener.images.pins import Answers, Pin, Unpinned, Wanted
from hardener.images.registry import ImageConfig, Kind, RegistryProblem, Resolved, default_settings
from hardener.images.registry import Settings as RegistryClientSettings
from hardener.images.registry.image import Image
from hardener.images.registry.settings import DOCKER_HUB
from hardener.images.versions import floats, refines, specificity
from hardener.settings import Settings

if TYPE_CHECKING:
    from hardener.images.registry.client import Progress, RegistryClient

# A run is waited for by a person: a host that accepts no connection within 3 s will not.
_CONNECT_TIMEOUT = 3.0
_READ_TIMEOUT = 10.0
_OVERALL_TIMEOUT = 60.0
_SECONDS_AN_IMAGE = 0.5
_ATTEMPTS = 3
_BACKOFF = 0.3

# what is said of one image, at its place; anything else is said once for the registry
_OF_ONE_IMAGE = frozenset({Kind.NOT_FOUND, Kind.REFUSED, Kind.UNSUPPORTED, Kind.INVALID})

# what there isn't, for want of an answer
NO_DIGEST = "there is no digest for"
_NO_CONFIG = "it isn't known which user is set by"


def client_settings(
    settings: Settings, images: int, environment: Mapping[str, str]
) -> RegistryClientSettings:
    """How registries are met in a run with so many images."""
    return replace(
        default_settings(environment),
        registries=settings.registries,
        connect_timeout=_CONNECT_TIMEOUT,
        read_timeout=_READ_TIMEOUT,
        overall_timeout=_OVERALL_TIMEOUT + _SECONDS_AN_IMAGE * images,
        attempts=_ATTEMPTS,
        backoff=_BACKOFF,
    )


def look_up(
    images: Mapping[Image, Wanted],
    settings: Settings,
    environment: Mapping[str, str],
    *,
    progress: Progress | None = None,
) -> Answers:
    """The digest of each image, what else is wanted of it, and whether the project trusts it.

    Parameters:
        images: with what is wanted of each.
        environment: where registries' logins and proxies are named.
        progress: is called with how many images are done, and of how many.

    Never raises for what a registry does. Takes a few seconds where none can be reached.
    """
    if not images:
        return Answers({})
    from hardener.images.registry.client import RegistryClient

    how = client_settings(settings, len(images), environment)
    with RegistryClient(how) as client:
        found, problems = resolved(client, list(images), progress)
        exact = client.specific_tags(
            {
                one: _candidates(one)
                for image, one in found.items()
                if images[image].pin and _is_to_be_exact(one, settings)
            }
        )
        platforms = platforms_of(
            client, [one for image, one in found.items() if images[image].platforms]
        )
        configs, unread = _configs(client, found, images)
        requests = client.requests
    turned_down = distrusted(found.values(), settings, how)
    pins: dict[Image, Pin | Unpinned] = {
        image: Unpinned(problem.message) for image, problem in problems if is_of_one_image(problem)
    }
    for image, one in found.items():
        tag = exact.get(one)
        pins[image] = turned_down.get(one) or Pin(
            tag=tag if isinstance(tag, str) else None,
            digest=one.digest,
            is_index=one.is_index,
            platforms=platforms.get(one, one.platforms or ()),
            made=one.created,
            configs=configs.get(image, {}),
        )
    told = told_once(problems, NO_DIGEST) + told_once(unread, _NO_CONFIG)
    return Answers(pins, told, requests)


def resolved(
    client: RegistryClient,
    images: Sequence[Image],
    progress: Progress | None = None,
    *,
    fresh: bool = False,
) -> tuple[dict[Image, Resolved], list[tuple[Image, RegistryProblem]]]:
    """What was found of the images, and what is wrong with the others."""
    answers = client.resolve(map(reference_to, images), fresh=fresh, progress=progress)
    found: dict[Image, Resolved] = {}
    problems: list[tuple[Image, RegistryProblem]] = []
    for image in images:
        answer = answers[reference_to(image)]
        if isinstance(answer, Resolved):
            found[image] = answer
        else:
            problems.append((image, answer))
    return found, problems


def reference_to(image: Image) -> str:
    """The image's reference in full, so that nothing about it is left to be guessed."""
    tag = "" if image.tag is None else f":{image.tag}"
    digest = "" if image.digest is None else f"@{image.digest}"
    return f"{image.registry}/{image.repository}{tag}{digest}"


def _is_to_be_exact(one: Resolved, settings: Settings) -> bool:
    return settings.pin != "digest" and one.image.tag is not None and floats(one.image.tag)


def _candidates(one: Resolved) -> list[str]:
    """The tags that may say more exactly what the image is: first its publisher's own word.

    Where a tag also stands for Windows images, the publisher's word for one platform is not a tag
    of the whole; the same without its distribution may be.
    """
    tag = one.image.tag or "latest"
    if one.version is not None:
        bare = one.version.partition("-")[0]
        if any(platform.startswith("windows") for platform in one.platforms or ()):
            return [bare] if refines(bare, tag) else []
        return []
    catalogue = Catalogue.load()
    name = official_name(one.image)
    same = catalogue.same_image(name, tag) if name is not None else ()
    better = [text for text in same if refines(text, tag) and not floats(text)]
    return sorted(better, key=specificity)[-1:]


def official_name(image: Image) -> str | None:
    """The name of the Docker Official Image; None for another image."""
    _, slash, name = image.repository.rpartition("library/")
    return name if image.registry == DOCKER_HUB and slash and "/" not in name else None


def platforms_of(
    client: RegistryClient, found: Iterable[Resolved]
) -> dict[Resolved, tuple[str, ...]]:
    """The platforms of each image; an index says them itself, else the image's config does."""
    images = list(found)
    configs = client.configs(one for one in images if one.platforms is None)
    known: dict[Resolved, tuple[str, ...]] = {}
    for one in images:
        config = configs.get(one)
        alone = (config.platform,) if isinstance(config, ImageConfig) else ()
        known[one] = alone if one.platforms is None else one.platforms
    return known


def _configs(
    client: RegistryClient, found: Mapping[Image, Resolved], images: Mapping[Image, Wanted]
) -> tuple[dict[Image, dict[str, ImageConfig]], list[tuple[Image, RegistryProblem]]]:
    """The configs that are wanted, by platform; and what is wrong with the others."""
    configs: dict[Image, dict[str, ImageConfig]] = {}
    problems: list[tuple[Image, RegistryProblem]] = []
    for platform in sorted({name for image in found for name in images[image].configs}):
        wanted = {image: one for image, one in found.items() if platform in images[image].configs}
        answers = client.configs(wanted.values(), platform=platform)
        for image, one in wanted.items():
            answer = answers[one]
            if isinstance(answer, ImageConfig):
                configs.setdefault(image, {})[platform] = answer
            else:
                problems.append((image, answer))
    return configs, problems


def distrusted(
    found: Iterable[Resolved], settings: Settings, how: RegistryClientSettings
) -> dict[Resolved, Unpinned]:
    """Those whose signature the project asks for and that don't have it."""
    if settings.trust is None or not settings.trust.signatures:
        return {}
    from hardener.images.trust import check_signatures

    problems = check_signatures(found, settings.trust, how)
    return {
        one: Unpinned(problem.message, distrusted=True)
        for one, problem in problems.items()
        if problem is not None
    }


def is_of_one_image(problem: RegistryProblem) -> bool:
    return problem.kind in _OF_ONE_IMAGE


def told_once(problems: Iterable[tuple[Image, RegistryProblem]], lost: str) -> tuple[str, ...]:
    """A line for each registry and what is wrong with it, however many images that concerns.

    `lost` says what there isn't of them, for want of an answer.
    """
    lines: dict[tuple[str, str], list[Image]] = {}
    for image, problem in problems:
        if not is_of_one_image(problem):
            what = problem.message.removeprefix(f"{image}: ")
            lines.setdefault((image.registry, what), []).append(image)
    return tuple(
        f"{what}, so {lost} {_listed(images)}; --offline doesn't ask"
        for (_, what), images in lines.items()
    )


def _listed(images: Sequence[Image]) -> str:
    """The first images by name, and how many more there are."""
    shown = ", ".join(map(str, images[:3]))
    return f"{shown} and {len(images) - 3} more" if len(images) > 3 else shown
