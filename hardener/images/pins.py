"""What the registries said of the images of a run: the values that are handed to transforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from hardener.images.registry.image import Image
from hardener.images.registry.manifests import ImageConfig


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run wants to know about an image.

    Attributes:
        pin: its digest and most exact tag, as it is to be pinned.
        platforms: those it is there for.
        configs: the platforms, in canonical form, for which its config is wanted.
    """

    pin: bool = False
    platforms: bool = False
    configs: frozenset[str] = frozenset()

    def __or__(self, other: Wanted) -> Wanted:
        return Wanted(
            self.pin or other.pin,
            self.platforms or other.platforms,
            self.configs | other.configs,
        )


@dataclass(frozen=True, slots=True)
class Pin:
    """What an image is today, or what a pinned one is to be moved to.

    Attributes:
        tag: the most exact tag that it has; None where it has no better one than was asked by.
        digest: of the index, or of the single manifest where there is no index.
        is_index: whether the digest is that of an index.
        platforms: those it is there for, in canonical form; empty where that isn't known.
        made: when it was made (RFC 3339), as its publisher says; None where nothing is said.
        made_before: the same of the image that it replaces.
        configs: what it sets for its containers, by the platforms that were wanted.
    """

    tag: str | None
    digest: str
    is_index: bool = True
    platforms: tuple[str, ...] = ()
    made: str | None = None
    made_before: str | None = None
    configs: Mapping[str, ImageConfig] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Unpinned:
    """Why an image is not to be pinned.

    Attributes:
        reason: a sentence without its full stop that names the image.
        distrusted: the project's own trust turns it down, rather than that it can't be had.
    """

    reason: str
    distrusted: bool = False


Pins: TypeAlias = Mapping[Image, Pin | Unpinned]
"""By what was asked for. An image whose registry can't be reached is not among them."""


def config_of(pins: Pins, image: Image, platform: str) -> ImageConfig | None:
    """The config of an image, also where it got its digest or tag since it was asked for."""
    for asked, pin in pins.items():
        if isinstance(pin, Pin) and platform in pin.configs and _is_meant(image, asked, pin):
            return pin.configs[platform]
    return None


def _is_meant(image: Image, asked: Image, pin: Pin) -> bool:
    if image == asked:
        return True
    if (image.registry, image.repository) != (asked.registry, asked.repository):
        return False
    return pin.digest == image.digest or (image.digest is None and pin.tag == image.tag)


@dataclass(frozen=True, slots=True)
class Answers:
    """What came of asking about the images of a run.

    Attributes:
        pins: by image.
        problems: one line for each registry that gave no answer.
        requests: how many were sent.
    """

    pins: Pins
    problems: tuple[str, ...] = ()
    requests: int = 0

    def held(self, wanted: Mapping[Image, Wanted]) -> frozenset[Image]:
        """Of the images that were to be pinned those asked for by a tag, with their digests."""
        return frozenset(
            replace(image, digest=pin.digest)
            for image, pin in self.pins.items()
            if isinstance(pin, Pin) and image.digest is None and wanted[image].pin
        )
