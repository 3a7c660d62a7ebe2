"""The names that builds give images, to be found again where a FROM or a `--from` uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from hardener.dockerfile.reference import ImageReference, InvalidReference, parse_reference

if TYPE_CHECKING:
    from hardener.project.callers.model import Build

_ANY_TAG = ""
# where a variable, template or expression begins: `acme/base:${TAG}`, `acme/base:v{{ .Version }}`
_OPEN = re.compile(r"[$%{<]")

ImageKey = tuple[str, str, str]
"""Registry, repository and tag; with an empty tag, any."""


def builds_by_name(builds: Iterable[Build]) -> Mapping[ImageKey, tuple[Build, ...]]:
    """The builds by the names they give their images.

    A name whose tag depends on something else stands for all its tags; one that depends on
    something else before its tag stands for none.
    """
    found: dict[ImageKey, list[Build]] = {}
    for build in builds:
        for key in dict.fromkeys(filter(None, map(_key_of, build.tags))):
            known = key if "tags" not in build.unclear else (*key[:2], _ANY_TAG)
            found.setdefault(known, []).append(build)
    return {key: tuple(named) for key, named in found.items()}


def keys_of(reference: ImageReference) -> Iterator[ImageKey]:
    """The keys under which `builds_by_name` has the builds of an image."""
    yield reference.registry, reference.repository, reference.tag or "latest"
    yield reference.registry, reference.repository, _ANY_TAG


def is_context_name(name: str, reference: ImageReference) -> bool:
    """Whether a build with an additional context of this name takes that for the image.

    Source: BuildKit, frontend/dockerui/namedcontext.go: names are compared in their familiar form,
    without the tag `latest`.
    """
    return _key_of(name) == next(keys_of(reference))


def _key_of(name: str) -> ImageKey | None:
    opened = _OPEN.search(name)
    known, any_tag = name, False
    if opened is not None:
        known, _, rest = name[: opened.start()].rpartition(":")
        any_tag = True
        if "/" in rest + name[opened.start() :]:
            return None
    try:
        reference = parse_reference(known)
    except InvalidReference:
        return None
    return (
        reference.registry,
        reference.repository,
        _ANY_TAG if any_tag else reference.tag or "latest",
    )
