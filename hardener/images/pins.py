"""What the registries said of the images of a run: the values that are handed to transforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from hardener.images.registry.image import Image


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
    """

    tag: str | None
    digest: str
    is_index: bool = True
    platforms: tuple[str, ...] = ()
    made: str | None = None
    made_before: str | None = None


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

    @property
    def held(self) -> frozenset[Image]:
        """The images asked for by a tag, with the digests that were found."""
        return frozenset(
            replace(image, digest=pin.digest)
            for image, pin in self.pins.items()
            if isinstance(pin, Pin) and image.digest is None
        )
