"""What the registries said of the images of a run: the values that are handed to transforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
